import type { FastifyRequest } from 'fastify'
import { MAX_IDEMPOTENCY_KEY_LENGTH } from '../contract/index.ts'
import { refuseFaults } from './refusal.ts'

const VISIBLE_ASCII = /^[\x21-\x7e]+$/

/**
 * The key under which a request counts once: what its header `Idempotency-Key` says, for its method and path. What a client sends to
 * another operation, or about another list, with the same key by mistake takes effect: an unban must not be taken for the ban before it.
 * @throws Refusal 422 when the header is not 1 to 255 visible ASCII characters (two headers arrive joined with a space)
 */
export function idempotencyKeyOf({
  method,
  url,
  headers,
}: Pick<FastifyRequest, 'method' | 'url' | 'headers'>): string | undefined {
  const header = headers['idempotency-key']
  if (header === undefined) return undefined
  const isFit =
    typeof header === 'string' && header.length <= MAX_IDEMPOTENCY_KEY_LENGTH && VISIBLE_ASCII.test(header)
  // one slash at the end does not matter
  if (isFit) return `${method} ${url.replace(/\/?(?:\?.*)?$/s, '')} ${header}`
  const msg = `the key holds 1 to ${MAX_IDEMPOTENCY_KEY_LENGTH} visible ASCII characters`
  throw refuseFaults([{ loc: ['header', 'idempotency-key'], msg, type: 'value_error.idempotency_key' }])
}
