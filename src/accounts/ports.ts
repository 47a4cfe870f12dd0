import type { Range } from '../ip/index.ts'

/** What a key may do. `admin` may do everything in every account of the installation. */
export const SCOPES = ['report', 'read', 'manage', 'enforce', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

/** What an account may use; the limits of each stand in docs/reference. The one that a self-hosted account has is the last. */
export const PLANS = ['FREE', 'BASIC', 'PRO', 'ENTERPRISE', 'UNLIMITED'] as const
export type Plan = (typeof PLANS)[number]

/** Reads a plan as a store keeps it; a word that this version does not know grants the least. */
export function planOf(word: string): Plan {
  return PLANS.find((plan) => plan === word) ?? 'FREE'
}

/** A tenant: keys, lists and receipts of one never show in another. */
export interface Account {
  readonly accountId: number
  /** Unique in the installation. */
  readonly name: string
  readonly createdAtMs: number
  readonly plan: Plan
  /** Since when its keys are not valid; what it has stays. */
  readonly disabledAtMs?: number
}

/** What is to be different of an account; what is left out stays. */
export interface AccountChange {
  readonly plan?: Plan
  /** `null` ends the time during which it is disabled. */
  readonly disabledAtMs?: number | null
}

/** A key as it is kept: the key itself is known to its holder only. */
export interface StoredKey {
  readonly keyId: number
  readonly accountId: number
  /** What its holder calls it, 1 to 100 characters. */
  readonly name: string
  /** SHA-256 of the whole key text, 32 bytes. */
  readonly hash: Uint8Array
  /** The last four characters, so that a person can tell keys apart. */
  readonly hint: string
  readonly scopes: readonly Scope[]
  /** Where it may be used from; none: from anywhere. */
  readonly networks: readonly Range[]
  readonly createdAtMs: number
  readonly expiresAtMs?: number
  readonly revokedAtMs?: number
  /** The key that a rotation made in its place. */
  readonly replacedBy?: number
}

/** Whether the key is neither revoked nor expired. */
export function isKeyInForce({ revokedAtMs, expiresAtMs }: StoredKey, nowMs: number): boolean {
  return revokedAtMs === undefined && (expiresAtMs === undefined || expiresAtMs > nowMs)
}

/** When a key ends that replaces another now: it lives as long as the other was made to live; `undefined`: for ever. */
export function endOfSuccessor({ createdAtMs, expiresAtMs }: StoredKey, nowMs: number): number | undefined {
  return expiresAtMs === undefined ? undefined : nowMs + (expiresAtMs - createdAtMs)
}

/** Where accounts and keys are kept. Held by `test/contracts/account-store.ts`. */
export interface AccountStore extends InvitationStore {
  /**
   * Calls `onChange` within a second after another process changed something, now and then without a reason, and again
   * when it fails.
   */
  watch(onChange: () => Promise<void>): void
  loadAccounts(): Promise<readonly Account[]>
  /** All keys, revoked and expired ones too. */
  loadKeys(): Promise<readonly StoredKey[]>
  /**
   * Adds an account, and with it its first key; both or nothing.
   * @returns both with the ids they were given, on stable storage; `undefined`, with nothing written, when the name is taken
   */
  addAccount(account: NewAccount, key?: FirstKey): Promise<AddedAccount | undefined>
  /** @returns the account as it is now, on stable storage; `undefined` when there is none */
  changeAccount(accountId: number, change: AccountChange): Promise<Account | undefined>
  /** @returns the key with the id it was given, on stable storage */
  addKey(key: Omit<StoredKey, 'keyId'>): Promise<StoredKey>
  /** Marks the key as revoked; a repeat keeps the first time. */
  revokeKey(keyId: number, revokedAtMs: number): Promise<void>
  /**
   * Adds a key in the place of another, which ends at `endsAtMs` if not before; both or nothing.
   * @returns the new key with the id it was given, or `undefined`, with nothing written, when the other one is not there,
   * revoked or replaced
   */
  replaceKey(replacement: KeyReplacement): Promise<StoredKey | undefined>
}

export type NewAccount = Omit<Account, 'accountId'>
/** A key of an account that is added with it. */
export type FirstKey = Omit<StoredKey, 'keyId' | 'accountId'>

export interface AddedAccount {
  readonly account: Account
  /** There when one was added. */
  readonly key?: StoredKey
}

export interface KeyReplacement {
  readonly keyId: number
  readonly endsAtMs: number
  readonly key: Omit<StoredKey, 'keyId'>
}

/** Lets strangers make accounts of their own, as many as it has uses; its text is known to whoever was given it only. */
export interface Invitation {
  readonly invitationId: number
  /** SHA-256 of the whole text, 32 bytes. */
  readonly hash: Uint8Array
  /** What the accounts may use that are made with it. */
  readonly plan: Plan
  /** How many accounts it may make; at least 1. */
  readonly uses: number
  /** How many it has made. */
  readonly used: number
  readonly createdAtMs: number
  readonly expiresAtMs: number
  readonly revokedAtMs?: number
}

export type InvitationDetails = Omit<Invitation, 'invitationId' | 'used' | 'revokedAtMs'>

/** A new invitation: the only time its text is known. */
export interface NewInvitation {
  /** `tji_` and 36 characters of base 62. */
  readonly text: string
  readonly invitation: Invitation
}

/** Who wants an account on an invitation. The plan is the invitation's. */
export interface InvitedSignUp {
  readonly invitationHash: Uint8Array
  readonly account: Omit<NewAccount, 'plan' | 'disabledAtMs'>
  readonly key: FirstKey
}

/** What became of a sign-up; unless it is `added`, nothing was written and no use is gone. */
export type SignUpResult<Added> =
  /** There is no such invitation, or it is used up, expired or revoked. */
  { readonly kind: 'not-valid' } | { readonly kind: 'name-taken' } | ({ readonly kind: 'added' } & Added)

/** Where invitations are kept: with the accounts, since a use and what it makes are written together or not at all. */
export interface InvitationStore {
  /** @returns the invitation with the id it was given, on stable storage */
  addInvitation(details: InvitationDetails): Promise<Invitation>
  /** All, in the order in which they were made. */
  loadInvitations(): Promise<readonly Invitation[]>
  /** A repeat keeps the first time. @returns whether there is such an invitation */
  revokeInvitation(invitationId: number, revokedAtMs: number): Promise<boolean>
  /**
   * Takes one use of an invitation that is valid at `account.createdAtMs`, and adds the account and its key; all or nothing.
   * However many ask at once, in however many processes, no invitation makes more accounts than it has uses.
   */
  signUp(wanted: InvitedSignUp): Promise<SignUpResult<{ readonly account: Account; readonly key: StoredKey }>>
}
