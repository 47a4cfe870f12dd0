import { type Grant, limitsOf, MONTH_MS, monthEndOf, type QuotaWindow } from '../../accounts/index.ts'

const MINUTE_MS = 60_000

/** What the schema says where there is no limit: it has no word for it, and every client can hold this integer. */
export const UNLIMITED = 2_147_483_647

/**
 * The minute is that of the key. The month is that of the account, counted from its registration: otherwise whoever replaces
 * his key would begin anew.
 */
export function userWindowsOf(
  grant: Grant,
  nowMs: number,
): readonly [minute: QuotaWindow, month: QuotaWindow] {
  const { accountId, keyId, accountCreatedAtMs } = grant
  const { requestsPerMinute = UNLIMITED, requestsPerMonth = UNLIMITED } = limitsOf(grant.plan)
  return [
    {
      name: 'minute',
      accountId,
      meter: 'user',
      subjectId: keyId,
      limit: requestsPerMinute,
      lengthMs: MINUTE_MS,
    },
    {
      name: 'month',
      accountId,
      meter: 'user-month',
      subjectId: 0,
      limit: requestsPerMonth,
      lengthMs: MONTH_MS,
      endsAtMs: monthEndOf(accountCreatedAtMs, nowMs),
    },
  ]
}
