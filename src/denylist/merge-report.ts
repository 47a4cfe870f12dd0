import { uniteTags } from './label-table.ts'
import type { EntryLabel } from './ports.ts'

/** How long an unban is remembered against sightings from before it that arrive late: seven days. */
export const UNBAN_MEMORY_MS = 7 * 86_400_000

/** The time an address is on the reported list without a break, from its first report to its end. */
export interface Stay {
  /** Epoch milliseconds of the newest sighting, or of the unban that ended the stay. */
  readonly lastReportMs: number
  /** 1..315,360,000; 0 when an unban (or a removal) ended the stay. */
  readonly ttlSeconds: number
  /** Reports of this stay; 0 when it was removed. */
  readonly totalReports: number
}

/** What one report says of one address. */
export interface ReportedSighting {
  readonly observedAtMs: number
  readonly ttlSeconds: number
}

/** Which side decides dataset, tag order, time and ttl after a merge. */
export type Newest = 'report' | 'stay'

/** Epoch milliseconds at which the stay ends. */
export function endOfStay(stay: Pick<Stay, 'lastReportMs' | 'ttlSeconds'>): number {
  return stay.lastReportMs + stay.ttlSeconds * 1000
}

/**
 * Which of the two decides: the later sighting, of two at the same instant the longer ttl. So the order in which
 * reports arrive does not matter, an older sighting that arrives late never shortens a ban, and never revives an address
 * that was unbanned after it was seen.
 */
export function newestOf(stay: Stay, report: ReportedSighting): Newest {
  if (report.observedAtMs !== stay.lastReportMs)
    return report.observedAtMs > stay.lastReportMs ? 'report' : 'stay'
  return report.ttlSeconds >= stay.ttlSeconds ? 'report' : 'stay'
}

/**
 * Whether a stay is to be remembered no more at `nowMs`: it ended by itself, or its unban is long past. Such a stay and none
 * at all are the same to every operation, so each process may forget it when it likes.
 */
export function isForgotten(stay: Pick<Stay, 'lastReportMs' | 'ttlSeconds'>, nowMs: number): boolean {
  return endOfStay(stay) + (stay.ttlSeconds === 0 ? UNBAN_MEMORY_MS : 0) <= nowMs
}

/**
 * Adds one report to what is known of an address (contract: the ttl starts anew from the newest sighting, the count rises).
 * @param receivedAtMs arrival of the report; whatever is reported of a stay that ended by itself before begins another
 */
export function mergeReport(stay: Stay | undefined, report: ReportedSighting, receivedAtMs: number): Stay {
  const fresh: Stay = { lastReportMs: report.observedAtMs, ttlSeconds: report.ttlSeconds, totalReports: 1 }
  if (stay === undefined || isForgotten(stay, receivedAtMs)) return fresh
  const newest = newestOf(stay, report)
  if (endOfStay(stay) <= receivedAtMs) return newest === 'report' ? fresh : stay
  const totalReports = stay.totalReports + 1
  return newest === 'report' ? { ...fresh, totalReports } : { ...stay, totalReports }
}

/** The label after a merge: dataset of the newest sighting, tags united. */
export function mergeLabels(stay: EntryLabel, report: EntryLabel, newest: Newest): EntryLabel {
  const [newer, older] = newest === 'report' ? [report, stay] : [stay, report]
  return { dataset: newer.dataset, tags: uniteTags(newer.tags, older.tags) }
}
