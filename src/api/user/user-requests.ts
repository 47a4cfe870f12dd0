import type { onRequestHookHandler } from 'fastify'
import { type Grant, limitsOf, type QuotaState, RecentCount } from '../../accounts/index.ts'
import { admissionOf } from '../authenticate.ts'
import type { ApiContext } from '../context.ts'
import { limitRequests } from '../limit-requests.ts'
import { userWindowsOf } from './user-windows.ts'

/**
 * Counts the requests to the User API: against the plan's limits in the store, or, where the plan has none, in the memory of
 * this process for the minute and written behind for the month.
 */
export class UserRequests {
  readonly #context: ApiContext
  /** Of keys without limits; only valid keys get in, so their number bounds it. */
  readonly #recentByKey = new Map<number, RecentCount>()

  constructor(context: ApiContext) {
    this.#context = context
  }

  /** Hooks for the end of those that let a request in: what they refuse does not count. */
  hooks(): readonly onRequestHookHandler[] {
    const { clock } = this.#context
    const limited = limitRequests(this.#context, (grant) =>
      isUnlimited(grant) ? [] : userWindowsOf(grant, clock.nowMs()),
    )
    return [limited, (request, _reply, done) => done(this.#note(admissionOf(request).grant))]
  }

  /** How the windows of the key are, the minute first. */
  async statesOf(grant: Grant): Promise<readonly [minute: QuotaState, month: QuotaState]> {
    const nowMs = this.#context.clock.nowMs()
    const windows = userWindowsOf(grant, nowMs)
    const [minute, month] = await this.#context.quota.look(windows)
    if (minute === undefined || month === undefined) throw new TypeError('each window has a state')
    if (!isUnlimited(grant)) return [minute, month]
    return [{ ...minute, used: this.#recentOf(grant.keyId).count(nowMs) }, month]
  }

  #note(grant: Grant): undefined {
    if (!isUnlimited(grant)) return
    const nowMs = this.#context.clock.nowMs()
    this.#recentOf(grant.keyId).add(nowMs)
    const [, { accountId, meter, subjectId, endsAtMs = nowMs }] = userWindowsOf(grant, nowMs)
    this.#context.quota.note({ accountId, meter, subjectId, atMs: endsAtMs })
  }

  #recentOf(keyId: number): RecentCount {
    const known = this.#recentByKey.get(keyId)
    if (known !== undefined) return known
    const recent = new RecentCount()
    this.#recentByKey.set(keyId, recent)
    return recent
  }
}

function isUnlimited({ plan }: Grant): boolean {
  return limitsOf(plan).requestsPerMinute === undefined
}
