import type { DecisionOrigin } from './layer.ts'

const HOUR_MS = 3_600_000
/** Twice as many reports count as much as having been reported a day later. */
const HOURS_PER_DOUBLING = 24
const MOST = 2 ** 28 - 1

/** What is known of a reported address that says how much it is worth to be blocked. */
export interface Evidence {
  /** Epoch milliseconds of the newest report. */
  readonly lastReportMs: number
  readonly totalReports: number
}

export const NO_EVIDENCE: Evidence = { lastReportMs: 0, totalReports: 0 }

/**
 * How much it is worth to block an address, in hours: when it was reported last, and a day more for each time the number of
 * its reports doubles. It does not change with the time. Whole hours, so that a repeated report seldom changes the order.
 */
export function worthOf({ lastReportMs, totalReports }: Evidence): number {
  const hours = Math.floor(lastReportMs / HOUR_MS)
  return Math.min(
    MOST,
    Math.max(0, hours) + Math.floor(HOURS_PER_DOUBLING * Math.log2(Math.max(1, totalReports))),
  )
}

/** Own lists go before what was reported, as somebody meant them; public lists come last, as they are about everybody. */
const CLASS_OF_KIND = { 'private-list': 2, reported: 1, 'public-list': 0 } as const

/** An unsigned 32-bit number by which the most worth having is the lowest. */
export function placeOf(kind: DecisionOrigin['kind'], worth: number): number {
  return 2 ** 32 - 1 - (CLASS_OF_KIND[kind] * (MOST + 1) + worth)
}
