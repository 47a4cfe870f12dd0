import { WrongKeys } from '../accounts/index.ts'
import type { Address } from '../ip/index.ts'
import type { Clock, Logger } from '../runtime/index.ts'
import { sourceOf } from './client-source.ts'
import { type Refusal, refuse } from './refusal.ts'

/**
 * An agent with a wrong key asks every 2.5 to 5 minutes: up to 25 of them behind one address hear 401 for ever.
 * A source takes some 250 bytes, all of them less than 3 MB.
 */
export const WRONG_KEY_LIMITS = {
  allowed: 100,
  windowMs: 10 * 60_000,
  firstClosedMs: 60_000,
  longestClosedMs: 60 * 60_000,
  sources: 10_000,
} as const

/** Makes the refusal of a request with a wrong key from an address. */
export type RefuseWrongKey = (detail: string, address: Address | undefined) => Refusal

/** Refuses wrong keys: 401 at first, 429 once too many came from one address. Valid keys never come here. */
export function refuseWrongKeysOf(
  wrongKeys: WrongKeys,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
  challenge?: string,
): RefuseWrongKey {
  return (detail, address) => {
    const source = sourceOf(address)
    const outcome = wrongKeys.add(source, clock.nowMs())
    if (outcome.kind === 'told') return refuseKey(detail, challenge)
    const seconds = String(outcome.retryAfterSeconds)
    if (outcome.isNew) {
      const fields = { client: source, seconds: outcome.retryAfterSeconds }
      logger.warn(fields, 'too many wrong keys from one address; they are answered 429 for a while')
    }
    const reason = `too many wrong keys came from ${source}, so they are answered 429 for ${seconds} more seconds`
    return refuse('too-many-wrong-keys', `${detail}. ${reason}; a valid key works at once`, {
      'retry-after': seconds,
    })
  }
}

/**
 * The refusal of a request without a key, or with a wrong one.
 * @param challenge value of `WWW-Authenticate` (RFC 9110 section 11.6.1)
 */
export function refuseKey(detail: string, challenge = 'Bearer'): Refusal {
  return refuse('unauthorized', detail, { 'www-authenticate': challenge })
}

/** Makes the count of a service. */
export function createWrongKeys(): WrongKeys {
  return new WrongKeys(WRONG_KEY_LIMITS)
}
