export type { Accounts, Grant, KeyWish, NewAccountOutcome, NewKey } from './accounts.ts'
export { openAccounts } from './open-accounts.ts'
export { openRequestQuota } from './open-request-quota.ts'
export { limitsOf, MONTH_MS, MOST_LIST_ELEMENTS, monthEndOf, type PlanLimits } from './plan-limits.ts'
export {
  type Account,
  type AccountChange,
  type AccountStore,
  type AddedAccount,
  endOfSuccessor,
  type FirstKey,
  type Invitation,
  type InvitationDetails,
  type InvitedSignUp,
  isKeyInForce,
  type KeyReplacement,
  type NewAccount,
  PLANS,
  type Plan,
  planOf,
  SCOPES,
  type Scope,
  type SignUpResult,
  type StoredKey,
} from './ports.ts'
export { RecentCount } from './recent-count.ts'
export { type LimitOutcome, RequestLimiter, type RequestLimiterOptions } from './request-limiter.ts'
export type { QuotaOutcome, QuotaState, QuotaWindow, RequestQuota } from './request-quota.ts'
export { SignUpLimiter } from './sign-up-limiter.ts'
export type {
  UsageAnswer,
  UsageAsk,
  UsageBatch,
  UsageCorrection,
  UsageLimit,
  UsageStore,
  UsageSubject,
} from './usage-store.ts'
export { type WrongKeyLimits, type WrongKeyOutcome, WrongKeys } from './wrong-keys.ts'
