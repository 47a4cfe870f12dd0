export type { Accounts, Grant, NewKey } from './accounts.ts'
export { openAccounts } from './open-accounts.ts'
export {
  type Account,
  type AccountStore,
  isKeyInForce,
  type KeyReplacement,
  SCOPES,
  type Scope,
  type StoredKey,
} from './ports.ts'
export { type LimitOutcome, RequestLimiter, type RequestLimiterOptions } from './request-limiter.ts'
