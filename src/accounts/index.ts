export type { Accounts, Grant, NewKey } from './accounts.ts'
export { openAccounts } from './open-accounts.ts'
export { type Account, type AccountStore, isKeyInForce, SCOPES, type Scope, type StoredKey } from './ports.ts'
export { type LimitOutcome, RequestLimiter, type RequestLimiterOptions } from './request-limiter.ts'
