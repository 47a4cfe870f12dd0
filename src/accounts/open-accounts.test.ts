import { describe, expect, it } from 'vitest'
import type { Range } from '../ip/index.ts'
import { hasKeyForm } from './key-text.ts'
import { openAccounts } from './open-accounts.ts'
import type {
  Account,
  AccountChange,
  AccountStore,
  AddedAccount,
  FirstKey,
  KeyReplacement,
  NewAccount,
  StoredKey,
} from './ports.ts'

class MemoryAccountStore implements AccountStore {
  readonly accounts: Account[] = []
  readonly keys: StoredKey[] = []
  readonly #watchers: (() => Promise<void>)[] = []

  watch(onChange: () => Promise<void>): void {
    this.#watchers.push(onChange)
  }
  async tellChange(): Promise<void> {
    for (const watcher of this.#watchers) await watcher()
  }

  loadAccounts(): Promise<readonly Account[]> {
    return Promise.resolve([...this.accounts])
  }
  loadKeys(): Promise<readonly StoredKey[]> {
    return Promise.resolve([...this.keys])
  }
  async addAccount(details: NewAccount, key?: FirstKey): Promise<AddedAccount | undefined> {
    if (this.accounts.some(({ name }) => name === details.name)) return undefined
    const account = { ...details, accountId: this.accounts.length + 1 }
    this.accounts.push(account)
    return key === undefined
      ? { account }
      : { account, key: await this.addKey({ ...key, accountId: account.accountId }) }
  }
  changeAccount(accountId: number, { plan, disabledAtMs }: AccountChange): Promise<Account | undefined> {
    const { disabledAtMs: sinceMs, ...account } = this.accounts[accountId - 1] as Account
    const endMs = disabledAtMs === undefined ? sinceMs : (disabledAtMs ?? undefined)
    this.accounts[accountId - 1] = {
      ...account,
      ...(plan !== undefined && { plan }),
      ...(endMs !== undefined && { disabledAtMs: endMs }),
    }
    return Promise.resolve(this.accounts[accountId - 1])
  }
  addKey(key: Omit<StoredKey, 'keyId'>): Promise<StoredKey> {
    this.keys.push({ ...key, keyId: this.keys.length + 1 })
    return Promise.resolve(this.keys.at(-1) as StoredKey)
  }
  revokeKey(keyId: number, revokedAtMs: number): Promise<void> {
    this.keys[keyId - 1] = { ...(this.keys[keyId - 1] as StoredKey), revokedAtMs }
    return Promise.resolve()
  }
  async replaceKey({ keyId, endsAtMs, key }: KeyReplacement): Promise<StoredKey | undefined> {
    const old = this.keys[keyId - 1] as StoredKey
    if (old.revokedAtMs !== undefined || old.replacedBy !== undefined) return undefined
    const added = await this.addKey(key)
    this.keys[keyId - 1] = { ...old, expiresAtMs: endsAtMs, replacedBy: added.keyId }
    return added
  }
  addInvitation = notHere
  loadInvitations = notHere
  revokeInvitation = notHere
  signUp = notHere
}

/** Invitations are held by the contract of the stores and by the tests of the service. */
function notHere(): never {
  throw new TypeError('this store knows no invitations')
}

async function withAdministrator() {
  const store = new MemoryAccountStore()
  const accounts = await openAccounts({ store })
  const administrator = await accounts.createAdministrator(0)
  if (administrator === undefined) throw new Error('no administrator was made')
  return { store, accounts, administrator }
}

describe('accounts', () => {
  it('make one administrator, whose key is valid, also after a restart', async () => {
    const { store, accounts, administrator } = await withAdministrator()
    expect(hasKeyForm(administrator.keyText)).toBe(true)
    expect(await accounts.createAdministrator(1)).toBeUndefined()
    const reopened = await openAccounts({ store })
    expect(reopened.authenticate(administrator.keyText, 5)).toMatchObject({ accountId: 1, scopes: ['admin'] })
  })

  it('make the key at the next start when the first ended between account and key', async () => {
    const store = new MemoryAccountStore()
    await store.addAccount({ name: 'admin', createdAtMs: 0, plan: 'UNLIMITED' })
    const administrator = await (await openAccounts({ store })).createAdministrator(1)
    expect(administrator?.account.accountId).toBe(1)
    expect(store.accounts).toHaveLength(1)
  })

  it('keep no key text', async () => {
    const { store, administrator } = await withAdministrator()
    expect(JSON.stringify(store)).not.toContain(administrator.keyText.slice(4))
  })

  it('refuse keys that are unknown, expired or revoked', async () => {
    const { accounts } = await withAdministrator()
    const { keyText, key } = await accounts.createKey({
      accountId: 1,
      name: 'sensor',
      scopes: ['report'],
      nowMs: 0,
      expiresAtMs: 100,
    })
    expect(accounts.authenticate(keyText, 99)?.keyName).toBe('sensor')
    expect(accounts.authenticate(keyText, 100)).toBeUndefined()
    expect(accounts.authenticate(`${keyText} `, 0)).toBeUndefined()
    expect(accounts.authenticate(`tja_${'Z'.repeat(36)}`, 0)).toBeUndefined()
    expect(await accounts.revokeKey(1, key.keyId, 50)).toBe(true)
    expect(accounts.authenticate(keyText, 60)).toBeUndefined()
  })

  it('do not revoke the key of another account', async () => {
    const { accounts, administrator } = await withAdministrator()
    expect(await accounts.revokeKey(2, administrator.key.keyId, 1)).toBe(false)
    expect(accounts.authenticate(administrator.keyText, 2)).toBeDefined()
  })

  it('take over what another process changed, and never make a revoked key valid again', async () => {
    const { store, accounts } = await withAdministrator()
    const other = await openAccounts({ store })
    const { keyText, key } = await other.createKey({ accountId: 1, name: 'n', scopes: ['read'], nowMs: 1 })
    expect(accounts.authenticate(keyText, 2)).toBeUndefined()
    await store.tellChange()
    expect(accounts.authenticate(keyText, 2)).toMatchObject({ keyName: 'n' })
    const readBefore = [...store.keys]
    await accounts.revokeKey(1, key.keyId, 3)
    store.loadKeys = () => Promise.resolve(readBefore)
    await store.tellChange()
    expect(accounts.authenticate(keyText, 4)).toBeUndefined()
    expect(other.authenticate(keyText, 4)).toMatchObject({ keyName: 'n' })
  })

  it('refuse the keys of a disabled account until it is enabled again, also where another process disabled it', async () => {
    const { store, accounts } = await withAdministrator()
    const other = await openAccounts({ store })
    const firstKey = { name: 'n', scopes: ['read'] } as const
    const made = await accounts.createAccount({ name: 'team', plan: 'PRO', nowMs: 1, firstKey })
    const accountId = made?.account.accountId ?? 0
    const keyText = made?.firstKey?.keyText ?? ''
    expect(accounts.authenticate(keyText, 2)).toMatchObject({ accountName: 'team', plan: 'PRO' })
    expect(await accounts.disableAccount(accountId, 3)).toMatchObject({ disabledAtMs: 3 })
    await store.tellChange()
    for (const each of [accounts, other]) expect(each.authenticate(keyText, 4)).toBeUndefined()
    await accounts.enableAccount(accountId)
    await other.setPlan(accountId, 'BASIC')
    await store.tellChange()
    for (const each of [accounts, other])
      expect(each.authenticate(keyText, 5)).toMatchObject({ keyName: 'n', plan: 'BASIC' })
  })

  it('keep an account disabled that was disabled while the accounts were being read', async () => {
    const { store, accounts } = await withAdministrator()
    await accounts.createAccount({ name: 'team', plan: 'PRO', nowMs: 1 })
    const { keyText } = await accounts.createKey({ accountId: 2, name: 'n', scopes: ['read'], nowMs: 1 })
    const load = store.loadAccounts.bind(store)
    const held = Promise.withResolvers<void>()
    store.loadAccounts = async () => {
      const read = await load()
      await held.promise
      return read
    }
    const reading = store.tellChange()
    const disabling = accounts.disableAccount(2, 2)
    held.resolve()
    await Promise.all([reading, disabling])
    expect(accounts.authenticate(keyText, 3)).toBeUndefined()
  })

  it('name the keys by which an administrator gets in again', async () => {
    const { accounts, administrator } = await withAdministrator()
    const admin = { name: 'n', scopes: ['admin'] } as const
    const team = await accounts.createAccount({ name: 'team', plan: 'PRO', nowMs: 1, firstKey: admin })
    const teamId = team?.account.accountId ?? 0
    const bound = { networks: ['192.0.2.0/24' as Range] }
    await accounts.createKey({ ...admin, ...bound, accountId: 1, nowMs: 1 })
    await accounts.createKey({ ...admin, scopes: ['manage'], accountId: 1, nowMs: 1 })
    await accounts.createKey({ ...admin, expiresAtMs: 5, accountId: 1, nowMs: 1 })
    const idsAt = (nowMs: number) => accounts.listAdministratorKeys(nowMs).map(({ keyId }) => keyId)
    const teamKeyId = team?.firstKey?.key.keyId ?? 0
    expect(idsAt(5)).toEqual([administrator.key.keyId, teamKeyId])
    const rotated = await accounts.rotateKey({ accountId: 1, keyId: 1, overlapMs: 100, nowMs: 6 })
    expect(idsAt(7)).toEqual([teamKeyId, rotated?.key.keyId])
    await accounts.disableAccount(teamId, 8)
    expect(idsAt(9)).toEqual([rotated?.key.keyId])
  })

  it('take a name once', async () => {
    const { accounts } = await withAdministrator()
    expect(await accounts.createAccount({ name: 'admin', plan: 'FREE', nowMs: 1 })).toBeUndefined()
    expect(accounts.listAccounts()).toMatchObject([{ accountId: 1, name: 'admin', plan: 'UNLIMITED' }])
    expect(accounts.findAccount('admin')).toMatchObject({ accountId: 1 })
    expect(accounts.findAccount('nobody')).toBeUndefined()
  })

  it('replace a key by one that may do the same, and let the old one go on for the overlap', async () => {
    const { accounts, store } = await withAdministrator()
    const networks = ['192.0.2.0/24' as Range]
    const wanted = { accountId: 1, name: 'n', scopes: ['report'] as const, networks }
    const old = await accounts.createKey({ ...wanted, nowMs: 0, expiresAtMs: 1000 })
    const rotation = { accountId: 1, keyId: old.key.keyId, overlapMs: 50, nowMs: 100 }
    expect(await accounts.rotateKey({ ...rotation, accountId: 2 })).toBeUndefined()
    const readBefore = [...store.keys]
    const rotated = await accounts.rotateKey(rotation)
    expect(rotated?.key).toMatchObject({ ...wanted, createdAtMs: 100, expiresAtMs: 1100 })
    expect(await accounts.rotateKey(rotation)).toBeUndefined()
    store.loadKeys = () => Promise.resolve(readBefore)
    await store.tellChange()
    expect(accounts.authenticate(old.keyText, 149)).toBeDefined()
    expect(accounts.authenticate(old.keyText, 150)).toBeUndefined()
    expect(accounts.authenticate(rotated?.keyText ?? '', 150)).toMatchObject({ networks, scopes: ['report'] })
  })

  it('end a key that is replaced no later than it would have ended', async () => {
    const { accounts } = await withAdministrator()
    const old = await accounts.createKey({
      accountId: 1,
      name: 'n',
      scopes: ['read'],
      nowMs: 0,
      expiresAtMs: 100,
    })
    await accounts.rotateKey({ accountId: 1, keyId: old.key.keyId, overlapMs: 1000, nowMs: 50 })
    expect(accounts.authenticate(old.keyText, 100)).toBeUndefined()
  })

  it('never make a key valid again that was revoked while it was being replaced', async () => {
    const store = new MemoryAccountStore()
    const accounts = await openAccounts({ store })
    const { keyText, key } = (await accounts.createAdministrator(1000))!
    const { accountId, keyId } = key
    const replaced = Promise.withResolvers<void>()
    const replaceKey = store.replaceKey.bind(store)
    store.replaceKey = async (replacement) => {
      const successor = await replaceKey(replacement)
      await replaced.promise
      return successor
    }
    const rotating = accounts.rotateKey({ accountId, keyId, overlapMs: 1000, nowMs: 2000 })
    await accounts.revokeKey(accountId, keyId, 2000)
    replaced.resolve()
    expect((await rotating)?.key.keyId).toBe(2)
    expect(accounts.authenticate(keyText, 2500)).toBeUndefined()
  })

  it('share one administrator account when two processes start at the same moment', async () => {
    const store = new MemoryAccountStore()
    const both = await Promise.all([openAccounts({ store }), openAccounts({ store })])
    const administrators = await Promise.all(both.map((accounts) => accounts.createAdministrator(1)))
    expect(administrators.map((administrator) => administrator?.account.accountId)).toEqual([1, 1])
    expect(store.accounts).toHaveLength(1)
  })
})
