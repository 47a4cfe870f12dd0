import { setImmediate as turn } from 'node:timers/promises'
import { type DecisionOrigin, type RankedDecisions, sortInSteps } from '../../../denylist/index.ts'

const STEP_ENTRIES = 16_384
const WORD = 2 ** 32

/** Decisions with the time at which each came to the collection, those that are there the longest first. It never changes. */
export interface AddedDecisions {
  /** Tells it from others of this process. */
  readonly serial: number
  readonly ranked: RankedDecisions
  /** Epoch milliseconds up to which the times go. */
  readonly atMs: number
  /** Entries in the order of their times. */
  readonly order: Uint32Array
  /** Epoch milliseconds by entry. */
  readonly addedAtMs: Float64Array
}

export interface AddOptions {
  readonly serial: number
  /** Epoch milliseconds since which a list is as it is. */
  readonly listedAtMs: (origin: DecisionOrigin) => number
}

/**
 * What stands in both as it stood keeps its time; what is new or ends otherwise came now. Where there was nothing before, the time
 * is that of the newest report, or of the list; in steps.
 */
export async function addDecisions(
  before: AddedDecisions | undefined,
  ranked: RankedDecisions,
  options: AddOptions,
): Promise<AddedDecisions> {
  // somebody may have been told that everything up to the time before is known
  const atMs = before === undefined ? ranked.atMs : Math.max(ranked.atMs, before.atMs + 1)
  const addedAtMs = new Float64Array(ranked.entriesEnd)
  let at = 0
  for (let place = 0; place < ranked.count; place++) {
    if (place % STEP_ENTRIES === STEP_ENTRIES - 1) await turn()
    const entry = ranked.byAddress[place] ?? 0
    if (before === undefined) {
      addedAtMs[entry] = firstAddedAtMs(ranked, entry, options)
      continue
    }
    while (at < before.ranked.count && isBehind(ranked, entry, before, at)) at++
    addedAtMs[entry] = keptTime(ranked, entry, before, at) ?? atMs
  }
  if (before === undefined) dateNewest(ranked, addedAtMs)
  let order = await sortInSteps(ranked.byAddress.slice(), (entry) => (addedAtMs[entry] ?? 0) % WORD)
  order = await sortInSteps(order, (entry) => Math.floor((addedAtMs[entry] ?? 0) / WORD))
  return { serial: options.serial, ranked, atMs, order, addedAtMs }
}

/** The place in the order of the first entry that came later than `afterMs`. */
export function placeAfter({ order, addedAtMs }: AddedDecisions, afterMs: number): number {
  let low = 0
  let high = order.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((addedAtMs[order[middle] ?? 0] ?? 0) > afterMs) high = middle
    else low = middle + 1
  }
  return low
}

/**
 * Who has read everything goes on from the time of the newest: it counts as having come with the look itself, so that it can be
 * told from a time that another process, or this one before a restart, has given.
 */
function dateNewest(ranked: RankedDecisions, addedAtMs: Float64Array): void {
  let newest = ranked.byAddress[0] ?? 0
  for (const entry of ranked.byAddress) if ((addedAtMs[entry] ?? 0) > (addedAtMs[newest] ?? 0)) newest = entry
  addedAtMs[newest] = ranked.atMs
}

/** Never later than the look itself: reports may be dated a little ahead. */
function firstAddedAtMs(ranked: RankedDecisions, entry: number, { listedAtMs }: AddOptions): number {
  const origin = ranked.originOf(entry)
  const sinceMs = origin.kind === 'reported' ? ranked.reportedAtMsOf(entry) : listedAtMs(origin)
  return Math.max(0, Math.min(sinceMs, ranked.atMs))
}

/** Whether an entry stands behind the one at a place before. */
function isBehind(ranked: RankedDecisions, entry: number, before: AddedDecisions, place: number): boolean {
  return ranked.compare(entry, before.ranked, before.ranked.byAddress[place] ?? 0) > 0
}

function keptTime(
  ranked: RankedDecisions,
  entry: number,
  before: AddedDecisions,
  place: number,
): number | undefined {
  const old = before.ranked.byAddress[place]
  if (old === undefined || ranked.compare(entry, before.ranked, old) !== 0) return undefined
  const isSame =
    ranked.expiresAtMsOf(entry) === before.ranked.expiresAtMsOf(old) &&
    ranked.reportedAtMsOf(entry) === before.ranked.reportedAtMsOf(old)
  return isSame ? before.addedAtMs[old] : undefined
}
