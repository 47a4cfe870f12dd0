import type {
  Account,
  AccountChange,
  AccountStore,
  AddedAccount,
  FirstKey,
  Invitation,
  InvitationDetails,
  InvitedSignUp,
  KeyReplacement,
  NewAccount,
  StoredKey,
} from '../../accounts/index.ts'
import type { TablesCalls } from './tables-worker.ts'
import type { WorkerClient } from './worker-client.ts'

/** Accounts and keys in `honeyjam.db`, by way of the worker thread of the tables. */
export class SqliteAccountStore implements AccountStore {
  readonly #worker: WorkerClient<TablesCalls>

  constructor(worker: WorkerClient<TablesCalls>) {
    this.#worker = worker
  }

  /** No other process writes here. */
  watch(): void {}

  loadAccounts(): Promise<readonly Account[]> {
    return this.#worker.call('loadAccounts', undefined)
  }

  loadKeys(): Promise<readonly StoredKey[]> {
    return this.#worker.call('loadKeys', undefined)
  }

  addAccount(account: NewAccount, key?: FirstKey): Promise<AddedAccount | undefined> {
    return this.#worker.call('addAccount', { account, key })
  }

  changeAccount(accountId: number, change: AccountChange): Promise<Account | undefined> {
    return this.#worker.call('changeAccount', { accountId, change })
  }

  /** @throws HoneyjamError STORE_UNAVAILABLE also when there is no such account or the hash is there already */
  addKey(key: Omit<StoredKey, 'keyId'>): Promise<StoredKey> {
    return this.#worker.call('addKey', key)
  }

  revokeKey(keyId: number, revokedAtMs: number): Promise<void> {
    return this.#worker.call('revokeKey', { keyId, revokedAtMs })
  }

  replaceKey(replacement: KeyReplacement): Promise<StoredKey | undefined> {
    return this.#worker.call('replaceKey', replacement)
  }

  addInvitation(details: InvitationDetails): Promise<Invitation> {
    return this.#worker.call('addInvitation', details)
  }

  loadInvitations(): Promise<readonly Invitation[]> {
    return this.#worker.call('loadInvitations', undefined)
  }

  revokeInvitation(invitationId: number, revokedAtMs: number): Promise<boolean> {
    return this.#worker.call('revokeInvitation', { invitationId, revokedAtMs })
  }

  signUp(wanted: InvitedSignUp): ReturnType<AccountStore['signUp']> {
    return this.#worker.call('signUp', wanted)
  }
}
