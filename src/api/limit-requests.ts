import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import type { Grant, QuotaOutcome, QuotaState, QuotaWindow, RequestQuota } from '../accounts/index.ts'
import { admissionOf } from './authenticate.ts'
import type { ApiContext } from './context.ts'
import { refuse } from './refusal.ts'

const taken = new WeakMap<FastifyRequest, QuotaOutcome>()

/** Which windows a request with this grant counts against; none: nothing limits it. */
export type WindowsOf = (grant: Grant) => readonly QuotaWindow[]

/**
 * Lets in as many requests as the windows allow, and says in each answer how they are. One that is refused does not count, nor
 * does one that fails through no fault of the client, see {@link giveBackFailed}.
 */
export function limitRequests(
  { quota, clock }: Pick<ApiContext, 'quota' | 'clock'>,
  windowsOf: WindowsOf,
): onRequestAsyncHookHandler {
  const limit: onRequestAsyncHookHandler = async (request, reply) => {
    const windows = windowsOf(admissionOf(request).grant)
    if (windows.length === 0) return
    const outcome = await quota.take(windows)
    taken.set(request, outcome)
    tell(reply, outcome.states, clock.nowMs())
    if (outcome.refused === undefined) return
    const { window, retryAfterSeconds } = outcome.refused
    const seconds = String(retryAfterSeconds)
    const who = window.name === 'month' ? 'the account' : 'the key'
    const detail = `${who} may send ${window.limit} requests a ${window.name}; the next one in ${seconds} seconds`
    throw refuse('too-many-requests', detail, { 'retry-after': seconds })
  }
  return limit
}

/** The contract counts requests that succeed or are not valid: those that the service failed at, or does not serve, are given back. */
export function giveBackFailed(app: FastifyInstance, quota: RequestQuota): void {
  app.addHook('onResponse', (request, reply, done) => {
    const outcome = taken.get(request)
    if (outcome !== undefined && reply.statusCode >= 500) quota.giveBack(outcome)
    done()
  })
}

/** In the words of draft-ietf-httpapi-ratelimit-headers-11: a quota of q in w seconds; of it r are left, for t seconds. */
function tell(reply: FastifyReply, states: readonly QuotaState[], nowMs: number): void {
  const policies = states.map(
    ({ window }) => `"${window.name}";q=${window.limit};w=${window.lengthMs / 1000}`,
  )
  const lefts = states.map(({ window, used, freesAtMs }) => {
    const left = Math.max(0, window.limit - used)
    return `"${window.name}";r=${left};t=${Math.max(0, Math.ceil((freesAtMs - nowMs) / 1000))}`
  })
  void reply.headers({ 'ratelimit-policy': policies.join(', '), ratelimit: lefts.join(', ') })
}
