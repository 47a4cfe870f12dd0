import type { FastifyRequest, onRequestHookHandler } from 'fastify'
import type { Grant, Scope } from '../accounts/index.ts'
import type { Address } from '../ip/index.ts'
import { type BearerKey, bearerKeyOf } from './bearer-key.ts'
import { clientAddressOf } from './client-address.ts'
import type { ApiContext } from './context.ts'
import { mayBeUsedFrom } from './key-networks.ts'
import { type Refusal, refuse } from './refusal.ts'
import { type RefuseWrongKey, refuseKey, refuseWrongKeysOf } from './slow-wrong-keys.ts'

/** Whose valid key a request came with, and from where. */
export interface Caller {
  readonly grant: Grant
  /** `undefined` when it is not known. */
  readonly address: Address | undefined
}

/** A request that was let in. */
export interface Admission {
  readonly grant: Grant
  /** As sent; never logged. */
  readonly keyText: string
}

const admissions = new WeakMap<FastifyRequest, Admission>()
const callers = new WeakMap<FastifyRequest, Caller>()

/** Whose valid key the request came with, also if it was refused; `undefined` without one. */
export function callerOf(request: FastifyRequest): Caller | undefined {
  return callers.get(request)
}

/** @throws TypeError when the route does not authenticate, which is a fault of the program */
export function admissionOf(request: FastifyRequest): Admission {
  const admission = admissions.get(request)
  if (admission === undefined) throw new TypeError('the route does not authenticate')
  return admission
}

/** Whether the key of a request that was let in is still valid; for answers that go on for long. */
export function isStillLetIn(
  { accounts, clock }: Pick<ApiContext, 'accounts' | 'clock'>,
  request: FastifyRequest,
): boolean {
  return accounts.authenticate(admissionOf(request).keyText, clock.nowMs()) !== undefined
}

/** Where requests have their key, and what is said to those that have none. */
export interface KeyPlace {
  readonly keyOf: (request: FastifyRequest) => BearerKey
  /** Value of `WWW-Authenticate`. */
  readonly challenge: string
}

const IN_HEADER: KeyPlace = {
  keyOf: ({ headers }) => bearerKeyOf(headers.authorization),
  challenge: 'Bearer',
}

/** Lets in requests with a valid key of any scope. Runs before the body is read. */
export function requireKey(context: ApiContext, place: KeyPlace = IN_HEADER): onRequestHookHandler {
  const refuseWrongKey = refuseWrongKeysOf(context.wrongKeys, context, place.challenge)
  return (request, _reply, done) => {
    const admission = admit(context, request, { place, refuseWrongKey })
    if (admission instanceof Error) return done(admission)
    admissions.set(request, admission)
    done()
  }
}

/** Lets in, of the requests that {@link requireKey} let in, those whose key has one of the scopes (or `admin`). */
export function requireScope(...scopes: readonly Scope[]): onRequestHookHandler {
  return (request, _reply, done) => {
    const { grant } = admissionOf(request)
    if (hasScope(grant, scopes)) return done()
    const wanted = scopes.map((scope) => `"${scope}"`).join(' or ')
    const held = grant.scopes.join(', ')
    done(refuse('forbidden', `the key needs the scope ${wanted}; it has: ${held}`))
  }
}

/** Whether the key has one of the scopes; `admin` has all. */
export function hasScope(grant: Grant, scopes: readonly Scope[]): boolean {
  return grant.scopes.some((scope) => scope === 'admin' || scopes.includes(scope))
}

/**
 * The key is looked up before anything is counted, so that a valid one works wherever others guess. One that is used from a
 * wrong network is no guess and is not counted: whoever sends it has it already.
 */
function admit(
  { accounts, clock, operators }: ApiContext,
  request: FastifyRequest,
  { place, refuseWrongKey }: { readonly place: KeyPlace; readonly refuseWrongKey: RefuseWrongKey },
): Admission | Refusal {
  const bearer = place.keyOf(request)
  if (bearer.kind === 'fault') return refuseKey(bearer.detail, place.challenge)
  const grant = accounts.authenticate(bearer.keyText, clock.nowMs())
  const address = clientAddressOf(request)
  if (grant === undefined) {
    return refuseWrongKey(
      'the key is not valid here: it is mistyped, unknown, expired, revoked, of a disabled account or of another region',
      address,
    )
  }
  callers.set(request, { grant, address })
  if (!mayBeUsedFrom(grant.networks, address)) {
    return refuse('forbidden', `the key may not be used from ${address ?? 'an unknown address'}`)
  }
  if (operators !== undefined && address !== undefined && grant.scopes.includes('admin'))
    operators.note(address)
  return { grant, keyText: bearer.keyText }
}
