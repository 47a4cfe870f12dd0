import type { Plan } from './ports.ts'

/** What a plan grants. `undefined`: as much as anybody wants. */
export interface PlanLimits {
  /** Requests of a key to the User API in any minute. */
  readonly requestsPerMinute: number | undefined
  /** Requests of the account to the User API in each of its months. */
  readonly requestsPerMonth: number | undefined
  /** Requests of a key to the Report API in any minute, where the installation does not grant more anyway; `undefined`: what that grants. */
  readonly reportsPerMinute?: number
  /** Elements on all private lists of the account together; what is reported does not count. */
  readonly listElements: number
}

/** Far more elements than people write, and few enough that no request takes long. */
export const MOST_LIST_ELEMENTS = 100_000

/**
 * FREE and the list sizes up to PRO are the contract's last figures; BASIC, PRO (then called Premium) and ENTERPRISE have the
 * requests of an older page of it. It grants everybody six reports a minute, as an installation does by
 * itself; what is above that is ours.
 */
const LIMITS: Readonly<Record<Plan, PlanLimits>> = {
  FREE: { requestsPerMinute: 10, requestsPerMonth: 5_000, listElements: 100 },
  BASIC: { requestsPerMinute: 300, requestsPerMonth: 30_000, listElements: 1_000 },
  PRO: { requestsPerMinute: 1_000, requestsPerMonth: 100_000, reportsPerMinute: 12, listElements: 10_000 },
  ENTERPRISE: {
    requestsPerMinute: 5_000,
    requestsPerMonth: 5_000_000,
    reportsPerMinute: 60,
    listElements: MOST_LIST_ELEMENTS,
  },
  UNLIMITED: {
    requestsPerMinute: undefined,
    requestsPerMonth: undefined,
    listElements: MOST_LIST_ELEMENTS,
  },
}

export function limitsOf(plan: Plan): PlanLimits {
  return LIMITS[plan]
}

/** The contract's month, counted from the registration of the account. */
export const MONTH_MS = 30 * 24 * 3_600_000

/** When the month of an account ends, in which `nowMs` lies; a clock that was set back does not make one before the first. */
export function monthEndOf(accountCreatedAtMs: number, nowMs: number): number {
  const month = Math.max(0, Math.floor((nowMs - accountCreatedAtMs) / MONTH_MS))
  return accountCreatedAtMs + (month + 1) * MONTH_MS
}
