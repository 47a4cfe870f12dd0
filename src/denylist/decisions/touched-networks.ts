import { type PackedRange, packRange } from '../../ip/index.ts'
import type { AccountLists } from '../account-lists.ts'
import type { Operation } from '../operation.ts'
import type { NetworkChange } from './touched-log.ts'

/**
 * Which networks an operation is about to touch, to be asked before it is applied; reported addresses tell themselves.
 * @returns the allowed networks that may change, none of them when it only concerns denied ones; `undefined` when it touches no
 * network
 */
export function touchedNetworks(
  lists: AccountLists,
  operation: Operation,
): NetworkChange['shielded'] | undefined {
  switch (operation.kind) {
    case 'allow':
    case 'disallow':
      return packAll(operation.ranges)
    case 'list-content':
      return ofList(lists, operation, [...operation.append, ...operation.remove])
    case 'list-update':
    case 'list-delete':
    case 'list-empty':
      return ofList(lists, operation, elementsOf(lists, operation.listId))
    // whether it denies or allows, its catalogue alone knows
    case 'public-list-select':
    case 'public-list-release':
      return 'all'
    default:
      return undefined
  }
}

function ofList(
  { private: lists }: AccountLists,
  { listId, receivedAtMs }: { readonly listId: string; readonly receivedAtMs: number },
  elements: readonly string[],
): NetworkChange['shielded'] | undefined {
  const list = lists.find(listId, receivedAtMs)?.row
  if (list?.resourceType !== 'CIDR' || listId === lists.defaults.reported.listId) return undefined
  return list.listType === 'ALLOW' ? packAll(elements) : []
}

function elementsOf({ allowed, private: lists }: AccountLists, listId: string): readonly string[] {
  if (listId === lists.defaults.allow.listId) {
    return Array.from(allowed.list(Number.NEGATIVE_INFINITY), ({ range }) => range)
  }
  // one that has expired is of no concern: nothing is done to it
  return [...(lists.find(listId, Number.NEGATIVE_INFINITY)?.rowByElement.keys() ?? [])]
}

function packAll(ranges: readonly string[]): readonly PackedRange[] {
  return ranges.flatMap((range) => packRange(range) ?? [])
}
