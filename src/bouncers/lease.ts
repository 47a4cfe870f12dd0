/**
 * A bouncer is told of no end that is further away: whatever it never hears of again ends by itself within a day, which is also how
 * long reports last by default.
 */
export const LEASE_MS = 86_400_000
/** What ends sooner is not worth telling; whole seconds are told, and 0 would mean for ever to nftables and ipset. */
export const SHORTEST_MS = 1000
/** What ends so much earlier than was told is told anew. */
const TOLERANCE_MS = 1000
/** An end is told anew once less than this share of what can be told is left; it differs from row to row, so that not all are due at once. */
const LEAST_SHARE = 0.5
const SPREAD = 0.25
/** 2^32 divided by the golden ratio: neighbours are far apart. */
const SPREADER = 2_654_435_769
const TWO_32 = 0x100000000

/** The end to be told for something that is to be blocked until `untilMs`; 0: it is not to be blocked. */
export function leaseEndMs(untilMs: number, nowMs: number): number {
  return untilMs < nowMs + SHORTEST_MS ? 0 : Math.floor(Math.min(untilMs, nowMs + LEASE_MS))
}

/** Whether the end that was told is too late, or comes too soon to wait any longer with a later one. */
export function isRenewalDue(
  { toldEndMs, leaseEndMs: wantedMs }: { readonly toldEndMs: number; readonly leaseEndMs: number },
  { row, nowMs }: { readonly row: number; readonly nowMs: number },
): boolean {
  if (toldEndMs > wantedMs + TOLERANCE_MS) return true
  if (wantedMs <= toldEndMs + TOLERANCE_MS) return false
  const share = LEAST_SHARE + SPREAD * ((Math.imul(row, SPREADER) >>> 0) / TWO_32)
  return toldEndMs - nowMs < share * (wantedMs - nowMs)
}
