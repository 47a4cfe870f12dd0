const SECOND_MS = 1_000
const MINUTE_SECONDS = 60
/** The contract's month. */
export const MONTH_MS = 30 * 24 * 3_600_000

interface KeyCounts {
  /** Number of the month since the key was made. */
  month: number
  inMonth: number
  /** Requests by second of the minute, and the second (since 1970) each number belongs to. */
  readonly bySecond: Uint32Array
  readonly seconds: Float64Array
}

/** How many requests a key has sent. */
export interface RequestCount {
  readonly inMonth: number
  /** In the last 60 seconds, to the second. */
  readonly inMinute: number
  /** Epoch milliseconds at which the month ends and counting starts anew. */
  readonly monthEndsMs: number
}

/**
 * Counts the User API requests of each key, in memory: a restart starts at zero. A key costs about a kilobyte, and only
 * valid keys are counted, so their number bounds it.
 */
export class RequestCounts {
  readonly #countsByKey = new Map<number, KeyCounts>()

  /** @param keyCreatedAtMs months are 30 days from here on */
  count(keyId: number, keyCreatedAtMs: number, nowMs: number): void {
    const counts = this.#countsOf(keyId, monthOf(keyCreatedAtMs, nowMs))
    const second = Math.floor(nowMs / SECOND_MS)
    const slot = second % MINUTE_SECONDS
    if (counts.seconds[slot] !== second) {
      counts.seconds[slot] = second
      counts.bySecond[slot] = 0
    }
    counts.bySecond[slot] = (counts.bySecond[slot] ?? 0) + 1
    counts.inMonth++
  }

  countOf(keyId: number, keyCreatedAtMs: number, nowMs: number): RequestCount {
    const month = monthOf(keyCreatedAtMs, nowMs)
    const { inMonth, bySecond, seconds } = this.#countsOf(keyId, month)
    const oldest = Math.floor(nowMs / SECOND_MS) - MINUTE_SECONDS
    const inMinute = bySecond.reduce(
      (sum, count, slot) => ((seconds[slot] ?? 0) > oldest ? sum + count : sum),
      0,
    )
    return { inMonth, inMinute, monthEndsMs: keyCreatedAtMs + (month + 1) * MONTH_MS }
  }

  #countsOf(keyId: number, month: number): KeyCounts {
    let counts = this.#countsByKey.get(keyId)
    if (counts === undefined) {
      const bySecond = new Uint32Array(MINUTE_SECONDS)
      counts = { month, inMonth: 0, bySecond, seconds: new Float64Array(MINUTE_SECONDS) }
      this.#countsByKey.set(keyId, counts)
    }
    if (counts.month !== month) {
      counts.month = month
      counts.inMonth = 0
    }
    return counts
  }
}

/** A clock that was set back does not make a month before the first. */
function monthOf(createdAtMs: number, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - createdAtMs) / MONTH_MS))
}
