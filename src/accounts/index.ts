export type { Accounts, Grant, NewKey } from './accounts.ts'
export { type Account, type AccountStore, SCOPES, type Scope, type StoredKey } from './ports.ts'
