import { type PackedRange, packRange } from '../../ip/index.ts'
import type { AllowList } from '../allow-list.ts'
import { isInForce } from '../lists/list-rows.ts'
import type { PrivateLists } from '../lists/private-lists.ts'
import type { NetworkChange } from './touched-log.ts'

/** A network of an account's lists until its end, which is that of the list when it ends earlier. */
export interface ListedNetwork {
  readonly range: PackedRange
  /** Epoch milliseconds; infinite: never. */
  readonly expiresAtMs: number
  readonly listId: string
  readonly listName: string
}

/** The lists of one account that hold networks. */
export interface NetworkLists {
  /** What is on the default allowlist. */
  readonly allowed: AllowList
  readonly private: PrivateLists
}

/** All networks on the account's own CIDR lists of one type, those that expired included until they are swept. */
export function* listedNetworks(
  { allowed, private: lists }: NetworkLists,
  listType: 'DENY' | 'ALLOW',
): Iterable<ListedNetwork> {
  for (const { row, rowByElement } of lists.list(Number.NEGATIVE_INFINITY)) {
    if (row.listType !== listType || row.resourceType !== 'CIDR') continue
    const isAllowed = row.listId === lists.defaults.allow.listId
    for (const each of isAllowed ? allowed.list(Number.NEGATIVE_INFINITY) : rowByElement.values()) {
      const range = packRange('range' in each ? each.range : each.element)
      if (range === undefined) continue
      const expiresAtMs = earliest(each.expiresAtMs, row.expiresAtMs)
      yield { range, expiresAtMs, listId: row.listId, listName: row.name }
    }
  }
}

/** What protected networks and ended up to `nowMs`; `undefined` when nothing did that is still known. */
export function endedShields(
  lists: NetworkLists,
  nowMs: number,
): Pick<NetworkChange, 'shielded' | 'timeMs'> | undefined {
  let timeMs = Number.NEGATIVE_INFINITY
  const shielded: PackedRange[] = []
  for (const { range, expiresAtMs } of listedNetworks(lists, 'ALLOW')) {
    if (expiresAtMs > nowMs) continue
    shielded.push(range)
    timeMs = Math.max(timeMs, expiresAtMs)
  }
  let isAll = false
  for (const row of lists.private.selections()) {
    if (row.status !== 'ACTIVE' || isInForce(row, nowMs)) continue
    isAll = true
    timeMs = Math.max(timeMs, row.expiresAtMs ?? timeMs)
  }
  if (isAll) return { shielded: 'all', timeMs }
  return shielded.length === 0 ? undefined : { shielded, timeMs }
}

function earliest(left: number | undefined, right: number | undefined): number {
  return Math.min(left ?? Number.POSITIVE_INFINITY, right ?? Number.POSITIVE_INFINITY)
}
