import { disjointIntervals, type Interval } from '../ip/index.ts'
import type { Ban, BanChange, HeldBans, WantedBans } from './ports.ts'

/** What a firewall holds says whole seconds, and time passes between asking and comparing. */
const TOLERANCE_MS = 5_000

/** How what a firewall holds differs from what is wanted. */
export interface BanDifference {
  /** What to apply; `undefined` where nothing is amiss. */
  readonly change: BanChange | undefined
  /** Hosts and disjoint ranges that are wanted. */
  readonly intended: number
  /** Wanted, and not held. */
  readonly missing: number
  /** Held, and not wanted. */
  readonly surplus: number
  /** Held with another end than wanted. */
  readonly wrongEnd: number
}

/** When the comparison is made, and for how long the firewall can hold a ban. */
export interface CompareOptions {
  readonly nowMs: number
  /** See {@link Enforcer.longestBanMs}. */
  readonly longestBanMs: number
}

/** Compares what is held with what is wanted. A ban that ends within the tolerance may be held or not. */
export function compareBans(
  wanted: WantedBans,
  held: Omit<HeldBans, 'isIntact'>,
  { nowMs, longestBanMs }: CompareOptions,
): BanDifference {
  // what ends later than this may be held until any time later than this: it is extended when it comes near
  const farMs = nowMs + longestBanMs / 2
  const ban: Ban[] = []
  const extend: Ban[] = []
  let hosts = 0
  for (const [network, expiresAtMs] of wanted.expiresAtMsByHost) {
    if (expiresAtMs > nowMs) hosts++
    const heldUntilMs = held.expiresAtMsByHost.get(network)
    if (heldUntilMs === undefined) {
      if (expiresAtMs > nowMs + TOLERANCE_MS) ban.push({ network, expiresAtMs })
    } else if (!isSameEnd(expiresAtMs, heldUntilMs, farMs) && expiresAtMs > nowMs) {
      extend.push({ network, expiresAtMs })
    }
  }
  const unban = [...held.expiresAtMsByHost.keys()].filter(
    (network) => !isWanted(wanted.expiresAtMsByHost.get(network), held.expiresAtMsByHost.get(network), nowMs),
  )
  const intervals = disjointIntervals(wanted.ranges.filter(({ expiresAtMs }) => expiresAtMs > nowMs))
  const missingRanges = onlyIn(intervals, { others: held.ranges, nowMs, farMs })
  const surplusRanges = onlyIn(held.ranges, { others: intervals, nowMs, farMs })
  const rangesDiffer = missingRanges.length + surplusRanges.length > 0
  const isSame = ban.length + extend.length + unban.length === 0 && !rangesDiffer
  return {
    change: isSame ? undefined : { ban, extend, unban, ...(rangesDiffer && { ranges: wanted.ranges }) },
    intended: hosts + intervals.length,
    missing: ban.length + missingRanges.length,
    surplus: unban.length + surplusRanges.length,
    wrongEnd: extend.length,
  }
}

/** What is held a little longer than wanted goes by itself. */
function isWanted(expiresAtMs = 0, heldUntilMs = 0, nowMs = 0): boolean {
  return expiresAtMs > nowMs || heldUntilMs <= nowMs + TOLERANCE_MS
}

function isSameEnd(left: number, right: number, farMs: number): boolean {
  if (left === right || Math.abs(left - right) <= TOLERANCE_MS) return true
  return left > farMs && right > farMs
}

/** Intervals that stand in one list alone; what ends within the tolerance may be missing. */
function onlyIn(
  intervals: readonly Interval[],
  { others, nowMs, farMs }: { others: readonly Interval[]; nowMs: number; farMs: number },
): readonly Interval[] {
  const endByBounds = new Map(others.map((other) => [boundsText(other), other.expiresAtMs]))
  return intervals.filter((interval) => {
    const end = endByBounds.get(boundsText(interval))
    if (end !== undefined && isSameEnd(end, interval.expiresAtMs, farMs)) return false
    return interval.expiresAtMs > nowMs + TOLERANCE_MS
  })
}

function boundsText({ first, last }: Interval): string {
  return `${first}-${last}`
}
