import type { z } from 'zod'
import { checkRequest, epochMsOf, ResourceTypePath, type ResourceWord } from '../../../contract/index.ts'
import { checkBody } from '../../json-body.ts'
import { refuse, refuseFaults } from '../../refusal.ts'
import type { ListKind } from './list-kind.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** @throws Refusal 422 when the part of the path is no UUID */
export function listIdOf({ id }: { readonly id: string }, { parameter }: ListKind): string {
  const listId = id.toLowerCase()
  if (UUID.test(listId)) return listId
  throw refuseFaults([
    { loc: ['path', parameter], msg: 'value is not a valid uuid', type: 'type_error.uuid' },
  ])
}

/** @throws Refusal 422 */
export function resourceTypeOf(text: string): ResourceWord {
  const checked = checkRequest(ResourceTypePath, text, 'path')
  if (checked.kind === 'valid') return checked.value
  throw refuseFaults(checked.faults.map((fault) => ({ ...fault, loc: ['path', 'resource_type'] })))
}

/**
 * Checks a body that may stand alone or as the only field `payload`: the schema of Threat Jammer says the one, its texts say
 * the other.
 * @throws Refusal 422
 */
export function checkPayload<Schema extends z.ZodType>(body: unknown, schema: Schema): z.output<Schema> {
  const isWrapped = typeof body === 'object' && body !== null && Object.hasOwn(body, 'payload')
  if (!isWrapped) return checkBody(body, schema)
  const checked = checkRequest(schema, (body as { payload: unknown }).payload, 'body')
  if (checked.kind === 'valid') return checked.value
  throw refuseFaults(
    checked.faults.map((fault) => ({ ...fault, loc: ['body', 'payload', ...fault.loc.slice(1)] })),
  )
}

interface Lifetime {
  readonly ttl?: number | null | undefined
  readonly expiry?: number | null | undefined
}

/**
 * When something ends, in epoch milliseconds; `null`: never, `undefined`: not said.
 * @throws Refusal 400 when that is not in the future
 */
export function expiresAtOf({ ttl, expiry }: Lifetime, nowMs: number): number | null | undefined {
  if (ttl === undefined && expiry === undefined) return undefined
  if (typeof ttl === 'number') return inFuture(nowMs + ttl * 1000, nowMs)
  if (typeof expiry !== 'number') return null
  return inFuture(epochMsOf(expiry), nowMs)
}

function inFuture(expiresAtMs: number, nowMs: number): number {
  if (expiresAtMs > nowMs) return expiresAtMs
  throw refuse(
    'resource-will-expire-before-current-time',
    `it would end at ${expiresAtMs} ms, but it is ${nowMs} ms now`,
  )
}

/** The protocol and domain of a web site. @throws Refusal 400 */
export function originTextOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && (url.protocol === 'https:' || url.protocol === 'http:')) return url.origin
  throw refuse(
    'invalid-origin',
    'origin is not the protocol and domain of a web site, as https://www.example.org',
  )
}
