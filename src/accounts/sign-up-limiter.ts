import { type LimitOutcome, RequestLimiter } from './request-limiter.ts'

const WINDOW_MS = 3_600_000
const OF_ONE_SOURCE = 10
const OF_ALL = 100

/**
 * Bounds how often strangers may try to sign up: 10 times an hour from one source (an IPv4 address or IPv6
 * /64), and 100 times an hour in all. What is refused here does not count, and holds no memory: at most as many
 * sources are known as may try within an hour.
 */
export class SignUpLimiter {
  readonly #ofSource = new RequestLimiter<string>({
    limit: OF_ONE_SOURCE,
    windowMs: WINDOW_MS,
    toleranceMs: 0,
  })
  readonly #ofAll = new RequestLimiter({ limit: OF_ALL, windowMs: WINDOW_MS, toleranceMs: 0 })

  /** Counts a try, unless it is one too many; one source that is refused uses up nothing of what all have. */
  take(source: string, nowMs: number): LimitOutcome {
    this.#ofSource.forgetIdle(nowMs)
    const ofSource = this.#ofSource.look(source, nowMs)
    if (!ofSource.allowed) return ofSource
    const ofAll = this.#ofAll.take(0, nowMs)
    return ofAll.allowed ? this.#ofSource.take(source, nowMs) : ofAll
  }
}
