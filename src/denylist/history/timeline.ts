import { endOfStay, mergeReport, type Stay } from '../merge-report.ts'
import { coveringRanges } from './covering-ranges.ts'
import type { HistoryEvent } from './ports.ts'

/** What happened to an address. `listed` and `unlisted` are about private lists, the others about the reported one. */
export type HistoryWord =
  | 'reported'
  | 'unbanned'
  | 'removed'
  | 'allowed'
  | 'disallowed'
  | 'listed'
  | 'unlisted'
  | 'expired'

/** What that did to the list: it came on it, it stayed on it, it left it, or nothing. */
export type HistoryEffect = 'entered' | 'stayed' | 'left' | 'none'

/** One line of the history of an address. */
export interface HistoryLine {
  readonly what: HistoryWord
  readonly atMs: number
  readonly effect: HistoryEffect
  /** The operation; of an entry that ran out, the last report of it. */
  readonly event: HistoryEvent
  /** When the entry ends that the address then had, by what was known. */
  readonly expiresAtMs?: number
  /** Dataset of the entry that was entered or left. */
  readonly dataset?: string
  /** The report of an entry that was entered, the last one of an entry that was left. */
  readonly report?: HistoryEvent
}

/** What a private list is for: the reported list itself, one that protects what is on it, or another. */
export type ListRole = 'reported' | 'allow' | 'other'

export interface TimelineOptions {
  /** Of the address. */
  readonly words: Uint32Array
  readonly nowMs: number
  /** Lists that are gone count as others. */
  readonly roleOf: (listId: string) => ListRole
}

interface Walk extends TimelineOptions {
  readonly lines: HistoryLine[]
  stay: Stay | undefined
  lastReport: HistoryEvent | undefined
  readonly privateLists: Set<string>
  /** Texts of all ranges that hold the address. */
  readonly ranges: ReadonlySet<string>
}

/**
 * Turns what operations did to an address into its history, by the very rules that decided then; entries that ran out
 * stand where they did.
 * @param events oldest first
 * @returns lines, oldest first
 */
export function timelineOf(events: readonly HistoryEvent[], options: TimelineOptions): HistoryLine[] {
  const walk: Walk = {
    ...options,
    lines: [],
    stay: undefined,
    lastReport: undefined,
    privateLists: new Set(),
    ranges: coveringRanges(options.words),
  }
  for (const event of events) {
    expire(walk, event.receivedAtMs)
    apply(walk, event)
  }
  expire(walk, options.nowMs)
  return walk.lines
}

function apply(walk: Walk, event: HistoryEvent): void {
  switch (event.kind) {
    case 'report':
      return report(walk, event)
    case 'unban':
      return end(walk, event, 'unbanned')
    case 'remove':
      // all were removed: of an address that was not there it says nothing
      return event.detail.isAll === true && !isOnList(walk) ? undefined : end(walk, event, 'removed')
    case 'allow':
      return end(walk, event, 'allowed')
    case 'disallow':
      return note(walk, { what: 'disallowed', event, effect: 'none' })
    default:
      return changeList(walk, event)
  }
}

function report(walk: Walk, event: HistoryEvent): void {
  if (event.isAllowed) return note(walk, { what: 'reported', event, effect: 'none' })
  const { ttlSeconds = 0, observedAtMs: ofAll, dataset } = event.detail
  const observedAtMs = event.observedAtMs ?? ofAll ?? event.receivedAtMs
  const wasOnList = isOnList(walk)
  walk.stay = mergeReport(walk.stay, { observedAtMs, ttlSeconds }, event.receivedAtMs)
  const expiresAtMs = endOfStay(walk.stay)
  const isNow = expiresAtMs > event.receivedAtMs
  walk.lastReport = isNow ? event : undefined
  const effectNow = wasOnList ? 'stayed' : 'entered'
  note(walk, {
    what: 'reported',
    event,
    report: event,
    effect: isNow ? effectNow : 'none',
    expiresAtMs,
    ...(dataset !== undefined && { dataset }),
  })
}

/** The entry ends before its time; what was seen before does not bring it back. */
function end(walk: Walk, event: HistoryEvent, what: 'unbanned' | 'removed' | 'allowed'): void {
  const { stay } = walk
  if (stay === undefined || !isOnList(walk)) return note(walk, { what, event, effect: 'none' })
  const report = walk.lastReport
  const dataset = report?.detail.dataset
  note(walk, {
    what,
    event,
    effect: 'left',
    ...(report !== undefined && { report }),
    ...(dataset !== undefined && { dataset }),
  })
  walk.stay = {
    lastReportMs: Math.max(stay.lastReportMs, event.receivedAtMs),
    ttlSeconds: 0,
    totalReports: what === 'removed' ? 0 : stay.totalReports,
  }
  walk.lastReport = undefined
}

function changeList(walk: Walk, event: HistoryEvent): void {
  const { listId = '', append = [], remove = [] } = event.detail
  const role = walk.roleOf(listId)
  if (role === 'reported') return isOnList(walk) ? end(walk, event, 'removed') : undefined
  const wasOnIt = walk.privateLists.has(listId)
  if (append.some((range) => walk.ranges.has(range))) {
    walk.privateLists.add(listId)
    note(walk, { what: 'listed', event, effect: wasOnIt ? 'stayed' : 'entered' })
    return role === 'allow' && isOnList(walk) ? end(walk, event, 'allowed') : undefined
  }
  if (!wasOnIt && !remove.some((range) => walk.ranges.has(range))) return
  walk.privateLists.delete(listId)
  note(walk, { what: 'unlisted', event, effect: wasOnIt ? 'left' : 'none' })
}

function expire(walk: Walk, nowMs: number): void {
  const { stay, lastReport } = walk
  if (stay === undefined || lastReport === undefined || endOfStay(stay) > nowMs) return
  const { dataset } = lastReport.detail
  const atMs = endOfStay(stay)
  walk.lastReport = undefined
  walk.lines.push({
    what: 'expired',
    atMs,
    effect: 'left',
    event: lastReport,
    report: lastReport,
    ...(dataset !== undefined && { dataset }),
  })
}

function isOnList({ stay, lastReport }: Walk): boolean {
  return stay !== undefined && lastReport !== undefined
}

function note(walk: Walk, line: Omit<HistoryLine, 'atMs'>): void {
  walk.lines.push({ ...line, atMs: line.event.receivedAtMs })
}
