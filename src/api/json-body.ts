import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { checkRequest, type Fault, MAX_ADDRESSES } from '../contract/index.ts'
import { isDeeperThan } from './json-depth.ts'
import { type Refusal, refuse, refuseFaults } from './refusal.ts'

const NOT_JSON: Fault = {
  loc: ['header', 'content-type'],
  msg: 'send the body as application/json',
  type: 'value_error.content_type',
}

/** No body of ours is nested more than twice; the rest is for fields of other servers, which are ignored. */
const MAX_DEPTH = 32

/** The refusal of a request whose `Content-Type` is not JSON. */
export function refuseContentType(): Refusal {
  return refuseFaults([NOT_JSON])
}

/**
 * The JSON of a request body that `readBody` has read, not checked further.
 * Without a `Content-Type` it is taken for JSON.
 * @throws Refusal 422
 */
export function jsonBodyOf(request: FastifyRequest): unknown {
  checkHeaders(request)
  const bytes = request.body
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) {
    throw refuseFaults([{ loc: ['body'], msg: 'field required', type: 'value_error.missing' }])
  }
  if (isDeeperThan(bytes, MAX_DEPTH)) {
    const msg = `the body is nested more than ${MAX_DEPTH} times`
    throw refuseFaults([{ loc: ['body'], msg, type: 'value_error.jsondecode' }])
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown
  } catch {
    // the engine's message quotes the body, which is the client's own, but says nothing more that helps
    const msg = 'the body is not valid JSON in UTF-8'
    throw refuseFaults([{ loc: ['body'], msg, type: 'value_error.jsondecode' }])
  }
}

/** As {@link jsonBodyOf}, but no body stands for an empty object. */
export function optionalJsonBodyOf(request: FastifyRequest): unknown {
  const { body } = request
  return Buffer.isBuffer(body) && body.length > 0 ? jsonBodyOf(request) : {}
}

/**
 * Checks a body by its schema.
 * @param list name of the field that must not have more than {@link MAX_ADDRESSES} elements
 * @throws Refusal 413 `ip-address-list-too-large`, else 422 with all faults
 */
export function checkBody<Schema extends z.ZodType>(
  body: unknown,
  schema: Schema,
  list?: 'addresses' | 'ranges',
): z.output<Schema> {
  if (list !== undefined) checkListLength(body, list)
  const checked = checkRequest(schema, body, 'body')
  if (checked.kind === 'invalid') throw refuseFaults(checked.faults)
  return checked.value
}

function checkListLength(body: unknown, list: string): void {
  if (typeof body !== 'object' || body === null) return
  const value = (body as Record<string, unknown>)[list]
  if (!Array.isArray(value) || value.length <= MAX_ADDRESSES) return
  const detail = `${list} holds ${value.length} elements; at most ${MAX_ADDRESSES} are allowed`
  throw refuse('ip-address-list-too-large', detail)
}

function checkHeaders({ headers }: FastifyRequest): void {
  const mediaType = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  if (mediaType !== undefined && mediaType !== 'application/json') throw refuseContentType()
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (encoding === 'identity') return
  const loc = ['header', 'content-encoding']
  throw refuseFaults([
    { loc, msg: 'send the body without compression', type: 'value_error.content_encoding' },
  ])
}
