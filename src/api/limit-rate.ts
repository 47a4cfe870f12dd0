import type { onRequestHookHandler } from 'fastify'
import { RequestLimiter } from '../accounts/index.ts'
import type { Clock } from '../runtime/index.ts'
import { admissionOf } from './authenticate.ts'
import { refuse } from './refusal.ts'

const WINDOW_MS = 60_000
/** A client that collects for ten seconds and sends, as the contract advises, is a little early now and then. */
const TOLERANCE_MS = 1_000

/**
 * Refuses requests of a key beyond its number in any minute; refused ones do not count. Each call makes a count of its own.
 * @param options.what the requests, for the refusal
 */
export function limitRate(options: {
  readonly clock: Clock
  readonly limit: number
  readonly what: string
}): onRequestHookHandler {
  const { clock, limit, what } = options
  const limiter = new RequestLimiter({ limit, windowMs: WINDOW_MS, toleranceMs: TOLERANCE_MS })
  return (request, _reply, done) => {
    const taken = limiter.take(admissionOf(request).grant.keyId, clock.nowMs())
    if (taken.allowed) return done()
    const seconds = String(taken.retryAfterSeconds)
    const detail = `the key may send ${limit} ${what} a minute; the next one in ${seconds} seconds`
    done(refuse('too-many-requests', detail, { 'retry-after': seconds }))
  }
}
