/** Whether a request may go on. */
export type LimitOutcome =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly retryAfterSeconds: number }

export interface RequestLimiterOptions {
  /** Requests in any window; at least 1. */
  readonly limit: number
  readonly windowMs: number
  /** A request that comes this much too early is let through: clients that send every ten seconds jitter (contract). */
  readonly toleranceMs: number
}

/** An exact sliding window for each key: the last `limit` times of requests that went through. In memory. */
export class RequestLimiter<Key = number> {
  readonly #options: RequestLimiterOptions
  readonly #windowByKey = new Map<Key, { readonly timesMs: number[]; next: number }>()

  constructor(options: RequestLimiterOptions) {
    this.#options = options
  }

  /** Counts a request of the key, unless it is one too many; refused ones do not count. */
  take(keyId: Key, nowMs: number): LimitOutcome {
    const outcome = this.look(keyId, nowMs)
    if (!outcome.allowed) return outcome
    const window = this.#windowOf(keyId)
    window.timesMs[window.next] = nowMs
    window.next = (window.next + 1) % this.#options.limit
    return outcome
  }

  /** Says what {@link take} would, and counts nothing. */
  look(keyId: Key, nowMs: number): LimitOutcome {
    const { windowMs, toleranceMs } = this.#options
    const window = this.#windowByKey.get(keyId)
    const oldestMs = window?.timesMs[window.next]
    if (oldestMs === undefined || nowMs - oldestMs >= windowMs - toleranceMs) return { allowed: true }
    // what lies further ahead was counted before the clock was set back
    if (oldestMs - nowMs >= windowMs) return { allowed: true }
    return {
      allowed: false,
      retryAfterSeconds: Math.max(1, Math.ceil((oldestMs + windowMs - nowMs) / 1000)),
    }
  }

  /** Forgets the keys that sent nothing within the window: their next request is let through in any case. */
  forgetIdle(nowMs: number): void {
    const { limit, windowMs } = this.#options
    for (const [key, { timesMs, next }] of this.#windowByKey) {
      const newestMs = timesMs[(next + limit - 1) % limit]
      if (newestMs === undefined || Math.abs(nowMs - newestMs) >= windowMs) this.#windowByKey.delete(key)
    }
  }

  #windowOf(keyId: Key): { readonly timesMs: number[]; next: number } {
    const known = this.#windowByKey.get(keyId)
    if (known !== undefined) return known
    const window = { timesMs: [], next: 0 }
    this.#windowByKey.set(keyId, window)
    return window
  }
}
