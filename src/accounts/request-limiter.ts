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
export class RequestLimiter {
  readonly #options: RequestLimiterOptions
  readonly #windowByKey = new Map<number, { readonly timesMs: number[]; next: number }>()

  constructor(options: RequestLimiterOptions) {
    this.#options = options
  }

  /** Counts a request of the key, unless it is one too many; refused ones do not count. */
  take(keyId: number, nowMs: number): LimitOutcome {
    const { limit, windowMs, toleranceMs } = this.#options
    const window = this.#windowOf(keyId)
    const oldestMs = window.timesMs[window.next]
    if (oldestMs !== undefined && nowMs - oldestMs < windowMs - toleranceMs) {
      return {
        allowed: false,
        retryAfterSeconds: Math.max(1, Math.ceil((oldestMs + windowMs - nowMs) / 1000)),
      }
    }
    window.timesMs[window.next] = nowMs
    window.next = (window.next + 1) % limit
    return { allowed: true }
  }

  #windowOf(keyId: number): { readonly timesMs: number[]; next: number } {
    const known = this.#windowByKey.get(keyId)
    if (known !== undefined) return known
    const window = { timesMs: [], next: 0 }
    this.#windowByKey.set(keyId, window)
    return window
  }
}
