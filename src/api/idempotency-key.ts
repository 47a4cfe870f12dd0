import { MAX_IDEMPOTENCY_KEY_LENGTH } from '../contract/index.ts'
import { refuseFaults } from './refusal.ts'

const VISIBLE_ASCII = /^[\x21-\x7e]+$/

/**
 * Checks the value of the header `Idempotency-Key`.
 * @throws Refusal 422 when it is not 1 to 255 visible ASCII characters (two headers arrive joined with a space)
 */
export function idempotencyKeyOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined
  const isFit =
    typeof header === 'string' && header.length <= MAX_IDEMPOTENCY_KEY_LENGTH && VISIBLE_ASCII.test(header)
  if (isFit) return header
  const msg = `the key holds 1 to ${MAX_IDEMPOTENCY_KEY_LENGTH} visible ASCII characters`
  throw refuseFaults([{ loc: ['header', 'idempotency-key'], msg, type: 'value_error.idempotency_key' }])
}
