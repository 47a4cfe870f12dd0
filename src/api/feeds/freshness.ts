import type { Decisions, Revision } from '../../denylist/index.ts'

/** What is remembered of the moment at which decisions were looked at. */
export interface Look {
  readonly revision: Revision
  /** Epoch milliseconds. */
  readonly atMs: number
  /** Epoch milliseconds of the first end of what was found. */
  readonly nextEndMs: number
  /** How many were found. */
  readonly count: number
  /** `Decisions.releaseMark` from before. */
  readonly mark: string
}

/** A large list may be a little old before it is gone through again: so much a decision. A million: 30 s. */
const TOLERANCE_MS_PER_DECISION = 0.03
/** Below it a feed is made in some milliseconds, and each pull gets what is true then. */
const FEW_DECISIONS = 5000

/**
 * `current`: to be used as it is. `aging`: to be used once more while it is made anew. `late`: not to be used. What was taken off
 * since then makes it late at once; new decisions and those that ended count after a while that follows from the size.
 */
export function freshnessOf(
  decisions: Decisions,
  accountId: number,
  { look, nowMs }: { readonly look: Look; readonly nowMs: number },
): 'current' | 'aging' | 'late' {
  if (decisions.releaseMark(accountId) !== look.mark) return 'late'
  const isSame = nowMs < look.nextEndMs && !decisions.hasChangedSince(accountId, look.revision)
  if (isSame) return 'current'
  const ageMs = nowMs - look.atMs
  const toleranceMs = toleranceMsOf(look.count)
  // a clock that was set back makes no feed last
  if (ageMs < 0 || ageMs >= 2 * toleranceMs) return 'late'
  return ageMs < toleranceMs ? 'current' : 'aging'
}

/** How old what is made of so many decisions may be before it is made anew; it is used for as long again meanwhile. */
export function toleranceMsOf(count: number): number {
  return count < FEW_DECISIONS ? 0 : TOLERANCE_MS_PER_DECISION * count
}
