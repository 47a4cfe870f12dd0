import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Account, type KeyWish, type NewKey, SignUpLimiter } from '../../accounts/index.ts'
import { MANAGEMENT_PATHS, type SignedUp, SignUpRequest } from '../../contract/index.ts'
import { clientAddressOf } from '../client-address.ts'
import { sourceOf } from '../client-source.ts'
import type { ApiContext } from '../context.ts'
import { checkBody, jsonBodyOf } from '../json-body.ts'
import { refuse, refuseFaults, refuseUnknown } from '../refusal.ts'
import { accountInfoOf } from './account-routes.ts'
import { createdKeyOf } from './key-info.ts'

/** All that an account may do with what is its own, so that its holder can make keys that may do less; never `admin`. */
const FIRST_KEY: KeyWish = { name: 'first', scopes: ['report', 'read', 'manage', 'enforce'] }

/** What whoever comes without an invitation may use. */
const OPEN_PLAN = 'FREE'

interface Wanted {
  readonly name: string
  readonly invitation?: string | undefined
  readonly nowMs: number
}

/** `POST /honeyjam/v1/sign-up`, without a key: an account for a stranger, if the operator lets strangers in. */
export function addSignUpRoute(app: FastifyInstance, context: ApiContext): void {
  const limiter = new SignUpLimiter()
  const onRequest = (_request: FastifyRequest, _reply: FastifyReply, done: (refusal?: Error) => void) => {
    // before the body is read
    if (context.settings.signUp === 'off')
      return done(refuseUnknown('resource-not-found', MANAGEMENT_PATHS.signUp))
    done()
  }
  app.post(MANAGEMENT_PATHS.signUp, { onRequest }, async (request, reply): Promise<SignedUp> => {
    const { name, invitation } = checkBody(jsonBodyOf(request), SignUpRequest)
    if (invitation === undefined && context.settings.signUp === 'invited') throw refuseUninvited()
    const nowMs = context.clock.nowMs()
    // all that may succeed counts, whatever comes of it: so neither invitations nor names of accounts can be tried out
    checkRate(limiter, request, nowMs)
    const { account, firstKey } = await signUp(context, { name, invitation, nowMs })
    void reply.code(201)
    return { ...accountInfoOf(account), key: createdKeyOf(firstKey) }
  })
}

/** @throws Refusal 403, 409 */
async function signUp(
  { accounts }: ApiContext,
  { name, invitation, nowMs }: Wanted,
): Promise<{ readonly account: Account; readonly firstKey: NewKey }> {
  if (invitation === undefined) {
    const created = await accounts.createAccount({ name, plan: OPEN_PLAN, nowMs, firstKey: FIRST_KEY })
    if (created?.firstKey === undefined) throw refuseName(name)
    return { account: created.account, firstKey: created.firstKey }
  }
  const result = await accounts.signUp({ name, invitationText: invitation, nowMs, firstKey: FIRST_KEY })
  if (result.kind === 'added') return result
  if (result.kind === 'name-taken') throw refuseName(name)
  throw refuse(
    'invitation-not-valid',
    'the invitation is not valid: it is mistyped, unknown, used up, expired or revoked',
  )
}

/** @throws Refusal 429 */
function checkRate(limiter: SignUpLimiter, request: FastifyRequest, nowMs: number): void {
  const taken = limiter.take(sourceOf(clientAddressOf(request)), nowMs)
  if (taken.allowed) return
  const seconds = String(taken.retryAfterSeconds)
  const detail = `there were too many tries to sign up; the next one in ${seconds} seconds`
  throw refuse('too-many-sign-ups', detail, { 'retry-after': seconds })
}

function refuseName(name: string) {
  return refuse('account-name-taken', `there is an account ${name} already`)
}

function refuseUninvited() {
  return refuseFaults([{ loc: ['body', 'invitation'], msg: 'field required', type: 'value_error.missing' }])
}
