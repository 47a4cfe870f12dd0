import type { Range } from '../ip/index.ts'
import type { Account, Invitation, NewInvitation, Plan, Scope, SignUpResult, StoredKey } from './ports.ts'

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
  readonly keyExpiresAtMs?: number
}

/** A new key: the only time its text is known. */
export interface NewKey {
  /** `tja_` and 36 characters of base 62. */
  readonly keyText: string
  readonly key: StoredKey
}

/** What a key that is made is to be. */
export interface KeyWish {
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly expiresAtMs?: number
  /** Default none: it may be used from anywhere. */
  readonly networks?: readonly Range[]
}

/** A new account, and its first key if one was wanted. */
export interface NewAccountOutcome {
  readonly account: Account
  readonly firstKey?: NewKey
}

/** Accounts and their keys, answered from memory. */
export interface Accounts {
  /**
   * @returns `undefined` for a key that is malformed, unknown, revoked, expired or of a disabled account. The time taken tells
   * of a text whether it has the form of a key, which its sender knows, and nothing of the keys there are
   */
  authenticate(keyText: string, nowMs: number): Grant | undefined
  /** In the order in which they were made. */
  listAccounts(): readonly Account[]
  findAccount(name: string): Account | undefined
  /** @returns `undefined`, with nothing made, when the name is taken */
  createAccount(options: {
    readonly name: string
    readonly plan: Plan
    readonly nowMs: number
    readonly firstKey?: KeyWish
  }): Promise<NewAccountOutcome | undefined>
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
  /**
   * The keys with the scope `admin` that are a way back in: valid, not about to be ended by their replacement, bound to no
   * network, and of an account that is not disabled.
   */
  listAdministratorKeys(nowMs: number): readonly StoredKey[]
  createKey(options: KeyWish & { readonly accountId: number; readonly nowMs: number }): Promise<NewKey>
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
  /** @returns it with its text, which is known this once */
  createInvitation(options: {
    readonly plan: Plan
    /** At least 1. */
    readonly uses: number
    readonly expiresAtMs: number
    readonly nowMs: number
  }): Promise<NewInvitation>
  /** All, in the order in which they were made, as the store has them. */
  listInvitations(): Promise<readonly Invitation[]>
  /** @returns whether there is such an invitation; revoking twice is fine */
  revokeInvitation(invitationId: number, nowMs: number): Promise<boolean>
  /** Makes an account with the plan of an invitation, of which that takes one use, and its first key. */
  signUp(options: {
    readonly name: string
    readonly invitationText: string
    readonly firstKey: KeyWish
    readonly nowMs: number
  }): Promise<SignUpResult<{ readonly account: Account; readonly firstKey: NewKey }>>
  /** Creates the administrator's account and key in a store that has no account; `undefined` when there is one. */
  createAdministrator(nowMs: number): Promise<(NewKey & { readonly account: Account }) | undefined>
}
