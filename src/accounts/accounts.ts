import type { Range } from '../ip/index.ts'
import type { Account, Plan, Scope, StoredKey } from './ports.ts'

/** What a valid key allows. */
export interface Grant {
  readonly accountId: number
  readonly accountName: string
  readonly plan: Plan
  readonly keyId: number
  readonly keyName: string
  readonly scopes: readonly Scope[]
  /** Where the key may be used from; none: from anywhere. Whoever lets a request in looks at it. */
  readonly networks: readonly Range[]
  readonly accountCreatedAtMs: number
  readonly keyCreatedAtMs: number
}

/** A new key: the only time its text is known. */
export interface NewKey {
  /** `tja_` and 36 characters of base 62. */
  readonly keyText: string
  readonly key: StoredKey
}

/** Accounts and their keys, answered from memory. */
export interface Accounts {
  /**
   * @returns `undefined` for a key that is malformed, unknown, revoked, expired or of a disabled account; the time taken does
   * not tell which
   */
  authenticate(keyText: string, nowMs: number): Grant | undefined
  /** In the order in which they were made. */
  listAccounts(): readonly Account[]
  findAccount(name: string): Account | undefined
  /** @returns `undefined` when the name is taken */
  createAccount(options: {
    readonly name: string
    readonly plan: Plan
    readonly nowMs: number
  }): Promise<Account | undefined>
  /** @returns the account as it is now; `undefined` when there is none with this id */
  setPlan(accountId: number, plan: Plan): Promise<Account | undefined>
  /**
   * Makes its keys invalid: here at once, in other processes within a second. Disabling twice keeps the first time.
   * @returns the account as it is now; `undefined` when there is none with this id
   */
  disableAccount(accountId: number, nowMs: number): Promise<Account | undefined>
  /** @returns the account as it is now; `undefined` when there is none with this id */
  enableAccount(accountId: number): Promise<Account | undefined>
  listKeys(accountId: number): readonly StoredKey[]
  createKey(options: {
    readonly accountId: number
    readonly name: string
    readonly scopes: readonly Scope[]
    readonly nowMs: number
    readonly expiresAtMs?: number
    /** Default none: it may be used from anywhere. */
    readonly networks?: readonly Range[]
  }): Promise<NewKey>
  /**
   * Makes a key with the name, scopes, networks and length of life of another, which stays valid for `overlapMs` more, if
   * it does not end before.
   * @returns `undefined` when the account has no such key, or it is revoked, expired or replaced already
   */
  rotateKey(options: {
    readonly accountId: number
    readonly keyId: number
    readonly overlapMs: number
    readonly nowMs: number
  }): Promise<NewKey | undefined>
  /** @returns whether the account has such a key; revoking twice is fine */
  revokeKey(accountId: number, keyId: number, nowMs: number): Promise<boolean>
  /** Creates the administrator's account and key in a store that has no account; `undefined` when there is one. */
  createAdministrator(nowMs: number): Promise<(NewKey & { readonly account: Account }) | undefined>
}
