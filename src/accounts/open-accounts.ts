import type { Accounts, Grant, KeyWish, NewAccountOutcome, NewKey } from './accounts.ts'
import {
  createInvitationText,
  createKeyText,
  hashKeyText,
  hasInvitationForm,
  hasKeyForm,
} from './key-text.ts'
import {
  type Account,
  type AccountStore,
  endOfSuccessor,
  type FirstKey,
  type Invitation,
  isKeyInForce,
  type NewInvitation,
  type Plan,
  type StoredKey,
} from './ports.ts'

const HINT_CHARACTERS = 4

/**
 * Loads accounts and keys; changes are on stable storage before they take effect, and those that other processes make
 * follow within a second.
 * @throws HoneyjamError STORE_UNAVAILABLE, STORE_CORRUPT
 */
export async function openAccounts({ store }: { readonly store: AccountStore }): Promise<Accounts> {
  const accounts = new MemoryAccounts(store)
  await accounts.load()
  store.watch(() => accounts.load())
  return accounts
}

class MemoryAccounts implements Accounts {
  readonly #store: AccountStore
  readonly #accountById = new Map<number, Account>()
  readonly #keyById = new Map<number, StoredKey>()
  readonly #keyIdByHash = new Map<string, number>()
  #lastChange: Promise<unknown> = Promise.resolve()

  constructor(store: AccountStore) {
    this.#store = store
  }

  /** Takes over what the store holds. What was changed here meanwhile stays: no key is ever deleted or valid for longer again. */
  async load(): Promise<void> {
    await this.#inTurn(async () => {
      for (const account of await this.#store.loadAccounts())
        this.#accountById.set(account.accountId, account)
    })
    for (const key of await this.#store.loadKeys()) {
      this.#remember(withLimitsOf(this.#keyById.get(key.keyId), key))
    }
  }

  authenticate(keyText: string, nowMs: number): Grant | undefined {
    if (!hasKeyForm(keyText)) return undefined
    const keyId = this.#keyIdByHash.get(hashText(hashKeyText(keyText)))
    const key = keyId === undefined ? undefined : this.#keyById.get(keyId)
    const account = key === undefined ? undefined : this.#accountById.get(key.accountId)
    if (key === undefined || account === undefined || account.disabledAtMs !== undefined) return undefined
    if (!isKeyInForce(key, nowMs)) return undefined
    return {
      accountId: key.accountId,
      accountName: account.name,
      plan: account.plan,
      keyId: key.keyId,
      keyName: key.name,
      scopes: key.scopes,
      networks: key.networks,
      accountCreatedAtMs: account.createdAtMs,
      keyCreatedAtMs: key.createdAtMs,
      ...(key.expiresAtMs !== undefined && { keyExpiresAtMs: key.expiresAtMs }),
    }
  }

  listAccounts(): readonly Account[] {
    return [...this.#accountById.values()].toSorted((one, other) => one.accountId - other.accountId)
  }

  findAccount(name: string): Account | undefined {
    return this.listAccounts().find((account) => account.name === name)
  }

  async createAccount(
    options: Parameters<Accounts['createAccount']>[0],
  ): Promise<NewAccountOutcome | undefined> {
    const { name, plan, nowMs, firstKey } = options
    const made = firstKey === undefined ? undefined : makeKey(firstKey, nowMs)
    const added = await this.#inTurn(() =>
      this.#store.addAccount({ name, plan, createdAtMs: nowMs }, made?.key),
    )
    if (added === undefined) return undefined
    const { account, key } = added
    this.#accountById.set(account.accountId, account)
    if (key === undefined || made === undefined) return { account }
    this.#remember(key)
    return { account, firstKey: { keyText: made.keyText, key } }
  }

  async setPlan(accountId: number, plan: Plan): Promise<Account | undefined> {
    return await this.#changing(() => this.#store.changeAccount(accountId, { plan }))
  }

  async disableAccount(accountId: number, nowMs: number): Promise<Account | undefined> {
    return await this.#changing(() => this.#store.changeAccount(accountId, { disabledAtMs: nowMs }))
  }

  async enableAccount(accountId: number): Promise<Account | undefined> {
    return await this.#changing(() => this.#store.changeAccount(accountId, { disabledAtMs: null }))
  }

  listKeys(accountId: number): readonly StoredKey[] {
    return [...this.#keyById.values()].filter((key) => key.accountId === accountId)
  }

  listAdministratorKeys(nowMs: number): readonly StoredKey[] {
    return [...this.#keyById.values()].filter((key) => {
      const { accountId, scopes, networks, replacedBy } = key
      if (!scopes.includes('admin') || networks.length > 0 || replacedBy !== undefined) return false
      return isKeyInForce(key, nowMs) && this.#accountById.get(accountId)?.disabledAtMs === undefined
    })
  }

  async createKey(options: Parameters<Accounts['createKey']>[0]): Promise<NewKey> {
    const { accountId, nowMs, ...wish } = options
    const made = makeKey(wish, nowMs)
    const key = await this.#store.addKey({ ...made.key, accountId })
    this.#remember(key)
    return { keyText: made.keyText, key }
  }

  async rotateKey({ accountId, keyId, overlapMs, nowMs }: Parameters<Accounts['rotateKey']>[0]) {
    const old = this.#keyById.get(keyId)
    if (old === undefined || old.accountId !== accountId || !isKeyInForce(old, nowMs)) return undefined
    const { name, scopes, networks, expiresAtMs } = old
    const endsAtMs = Math.min(nowMs + overlapMs, expiresAtMs ?? Infinity)
    const successorEndMs = endOfSuccessor(old, nowMs)
    const life = successorEndMs === undefined ? {} : { expiresAtMs: successorEndMs }
    const { keyText, key: made } = makeKey({ name, scopes, networks, ...life }, nowMs)
    const key = await this.#store.replaceKey({ keyId, endsAtMs, key: { ...made, accountId } })
    if (key === undefined) return undefined
    this.#remember(key)
    this.#remember({ ...this.#asItIs(old), expiresAtMs: endsAtMs, replacedBy: key.keyId })
    return { keyText, key }
  }

  async revokeKey(accountId: number, keyId: number, nowMs: number): Promise<boolean> {
    const key = this.#keyById.get(keyId)
    if (key === undefined || key.accountId !== accountId) return false
    if (key.revokedAtMs !== undefined) return true
    await this.#store.revokeKey(keyId, nowMs)
    this.#remember({ ...this.#asItIs(key), revokedAtMs: nowMs })
    return true
  }

  async createInvitation({
    nowMs,
    ...details
  }: Parameters<Accounts['createInvitation']>[0]): Promise<NewInvitation> {
    const text = createInvitationText()
    const made = { ...details, hash: hashKeyText(text), createdAtMs: nowMs }
    return { text, invitation: await this.#store.addInvitation(made) }
  }

  async listInvitations(): Promise<readonly Invitation[]> {
    return await this.#store.loadInvitations()
  }

  async revokeInvitation(invitationId: number, nowMs: number): Promise<boolean> {
    return await this.#store.revokeInvitation(invitationId, nowMs)
  }

  async signUp(options: Parameters<Accounts['signUp']>[0]): ReturnType<Accounts['signUp']> {
    const { name, invitationText, firstKey, nowMs } = options
    if (!hasInvitationForm(invitationText)) return { kind: 'not-valid' }
    const invitationHash = hashKeyText(invitationText)
    const { keyText, key: made } = makeKey(firstKey, nowMs)
    const account = { name, createdAtMs: nowMs }
    const result = await this.#inTurn(() => this.#store.signUp({ invitationHash, account, key: made }))
    if (result.kind !== 'added') return result
    this.#accountById.set(result.account.accountId, result.account)
    this.#remember(result.key)
    return { kind: 'added', account: result.account, firstKey: { keyText, key: result.key } }
  }

  async createAdministrator(nowMs: number): Promise<(NewKey & { readonly account: Account }) | undefined> {
    if (this.#keyById.size > 0) return undefined
    const account = this.#firstAccount() ?? (await this.#addAdministrator(nowMs))
    const { accountId } = account
    return {
      account,
      ...(await this.createKey({ accountId, name: 'administrator', scopes: ['admin'], nowMs })),
    }
  }

  #firstAccount(): Account | undefined {
    return this.listAccounts()[0]
  }

  /** Another process that starts at the same moment may be faster. */
  async #addAdministrator(nowMs: number): Promise<Account> {
    const added = await this.createAccount({ name: 'admin', plan: 'UNLIMITED', nowMs })
    if (added !== undefined) return added.account
    await this.load()
    const account = this.#firstAccount()
    if (account === undefined) throw new TypeError('the store holds no account, and takes none of this name')
    return account
  }

  async #changing(change: () => Promise<Account | undefined>): Promise<Account | undefined> {
    return await this.#inTurn(async () => {
      const account = await change()
      if (account !== undefined) this.#accountById.set(account.accountId, account)
      return account
    })
  }

  /** One after the other, so that what is in memory is what was read or written last. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#lastChange.then(work)
    this.#lastChange = turn.catch(() => undefined)
    return turn
  }

  /** A key that something else may have been done to meanwhile. */
  #asItIs(key: StoredKey): StoredKey {
    return this.#keyById.get(key.keyId) ?? key
  }

  #remember(key: StoredKey): void {
    this.#keyById.set(key.keyId, key)
    this.#keyIdByHash.set(hashText(key.hash), key.keyId)
  }
}

/** The text of a new key and what is kept of it. */
function makeKey({ networks = [], ...wish }: KeyWish, nowMs: number): { keyText: string; key: FirstKey } {
  const keyText = createKeyText()
  const hint = keyText.slice(-HINT_CHARACTERS)
  return { keyText, key: { ...wish, networks, createdAtMs: nowMs, hash: hashKeyText(keyText), hint } }
}

/** What was read before a key was revoked or replaced here does not undo that. */
function withLimitsOf(known: StoredKey | undefined, loaded: StoredKey): StoredKey {
  if (known === undefined) return loaded
  const { revokedAtMs, replacedBy, expiresAtMs } = known
  return {
    ...loaded,
    ...(loaded.revokedAtMs === undefined && revokedAtMs !== undefined && { revokedAtMs }),
    ...(loaded.replacedBy === undefined &&
      replacedBy !== undefined && { replacedBy, ...(expiresAtMs !== undefined && { expiresAtMs }) }),
  }
}

function hashText(hash: Uint8Array): string {
  return Buffer.from(hash).toString('base64')
}
