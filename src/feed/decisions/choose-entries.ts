import { setImmediate as turn } from 'node:timers/promises'
import type { RankedDecisions } from '../../denylist/index.ts'
import { shortText } from './decision-format.ts'
import type { Feed } from './feeds.ts'

const STEP_ENTRIES = 16_384

/** What somebody wants of a feed. */
export interface FeedWish {
  /** Of the sets and lists that a script makes. */
  readonly name: string
  /** Of the feed, for things in it that have one. */
  readonly uuid: string
  readonly protocol: 'IPV4' | 'IPV6' | 'ALL'
  /** Most entries, in place of what the feed has room for. */
  readonly limit: number | undefined
  /** From 1; only the first one where a feed has no pages. */
  readonly page: number
}

/** Which decisions are in a feed. */
export interface ChosenEntries {
  /** In the order of the format. */
  readonly entries: Uint32Array
  /** How many others there are that somebody wants and that are on no page up to this one. */
  readonly leftOut: number
}

/** Chooses the decisions that are most worth having, as many as fit; in steps. */
export async function chooseEntries(
  ranked: RankedDecisions,
  { format, budget }: Feed,
  { protocol, limit = budget.entries ?? Number.POSITIVE_INFINITY, page }: FeedWish,
): Promise<ChosenEntries> {
  const { pageEntries } = budget
  const from = pageEntries === undefined ? 0 : pageEntries * (page - 1)
  const end = Math.min(limit, pageEntries === undefined ? limit : from + pageEntries)
  let bytesLeft = budget.bytes ?? Number.POSITIVE_INFINITY
  const chosen = new Uint32Array(Math.max(0, Math.min(end, ranked.count) - from))
  let wanted = 0
  let count = 0
  for (let at = 0; at < ranked.count; at++) {
    if (at % STEP_ENTRIES === STEP_ENTRIES - 1) await turn()
    const entry = ranked.bestFirst[at] ?? 0
    if (!isWanted(ranked, entry, protocol)) continue
    wanted++
    if (wanted <= from || wanted > end || !fits(ranked, entry, budget.longestIpv6Prefix)) continue
    if (budget.bytes !== undefined) bytesLeft -= shortText(ranked.networkOf(entry)).length + 1
    if (bytesLeft >= 0) chosen[count++] = entry
  }
  const entries = chosen.subarray(0, count)
  return {
    entries: format.order === 'best-first' ? entries : await orderByAddress(ranked, entries),
    leftOut: Math.max(0, wanted - Math.min(from, wanted) - count),
  }
}

function isWanted(ranked: RankedDecisions, entry: number, protocol: FeedWish['protocol']): boolean {
  return protocol === 'ALL' || ranked.isIpv4(entry) === (protocol === 'IPV4')
}

function fits(ranked: RankedDecisions, entry: number, longestIpv6Prefix: number | undefined): boolean {
  return (
    longestIpv6Prefix === undefined ||
    ranked.isIpv4(entry) ||
    ranked.prefixLengthOf(entry) <= longestIpv6Prefix
  )
}

async function orderByAddress(ranked: RankedDecisions, entries: Uint32Array): Promise<Uint32Array> {
  if (entries.length === ranked.count) return ranked.byAddress
  const isChosen = new Uint8Array(ranked.entriesEnd)
  for (const entry of entries) isChosen[entry] = 1
  const ordered = new Uint32Array(entries.length)
  let count = 0
  for (let at = 0; at < ranked.count; at++) {
    if (at % STEP_ENTRIES === STEP_ENTRIES - 1) await turn()
    const entry = ranked.byAddress[at] ?? 0
    if (isChosen[entry] === 1) ordered[count++] = entry
  }
  return ordered
}
