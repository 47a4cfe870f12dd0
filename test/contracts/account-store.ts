import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type Account,
  type AccountStore,
  type Invitation,
  PLANS,
  SCOPES,
  type StoredKey,
} from '../../src/accounts/index.ts'
import type { Range } from '../../src/ip/index.ts'
import { HoneyjamError } from '../../src/runtime/index.ts'
import type { MakePlace, Place } from './place.ts'

/** What every store of accounts and keys does. */
export function accountStoreContract(name: string, makePlace: MakePlace<AccountStore>): void {
  describe(`AccountStore: ${name}`, () => {
    let place: Place<AccountStore>
    let store: AccountStore

    beforeEach(async () => {
      place = await makePlace()
      store = await place.open()
    })

    afterEach(() => place.remove())

    it('is empty when it is new', async () => {
      expect(await store.loadAccounts()).toEqual([])
      expect(await store.loadKeys()).toEqual([])
    })

    it('keeps accounts and gives each an id of its own', async () => {
      const [free, disabled] = [
        { name: 'first', createdAtMs: 1_700_000_000_000, plan: 'FREE' },
        { name: 'second', createdAtMs: 1_700_000_000_001, plan: 'PRO', disabledAtMs: 1_700_000_000_002 },
      ] as const
      const [first, second] = [await add(store, free), await add(store, disabled)]
      expect([first, second]).toEqual([
        { ...free, accountId: first.accountId },
        { ...disabled, accountId: second.accountId },
      ])
      expect(second.accountId).not.toBe(first.accountId)
      store = await place.open()
      expect(byId(await store.loadAccounts(), 'accountId')).toEqual([first, second])
    })

    it('does not take a name twice', async () => {
      const account = await add(store, { name: 'same', createdAtMs: 1 })
      expect(await store.addAccount({ name: 'same', createdAtMs: 2, plan: 'FREE' })).toBeUndefined()
      expect(await store.loadAccounts()).toEqual([account])
      const next = await add(store, { name: 'other', createdAtMs: 3 })
      expect(next.accountId).not.toBe(account.accountId)
    })

    it('adds an account with its first key, or neither', async () => {
      const account = { name: 'both', createdAtMs: 1, plan: 'BASIC' } as const
      const { accountId: _, ...key } = { ...keyOf(0, 1), networks: ['192.0.2.0/24' as Range], expiresAtMs: 9 }
      const added = await store.addAccount(account, key)
      const accountId = added?.account.accountId ?? 0
      expect(added?.account).toEqual({ ...account, accountId })
      expect(await store.addAccount(account, { ...key, hash: hashOf(2) })).toBeUndefined()
      await expect(store.addAccount({ ...account, name: 'same hash' }, key)).rejects.toBeInstanceOf(
        HoneyjamError,
      )
      store = await place.open()
      expect(await store.loadAccounts()).toEqual([added?.account])
      const keyId = added?.key?.keyId ?? 0
      expect(plain(await store.loadKeys())).toEqual(plain([{ ...key, accountId, keyId }]))
    })

    it('changes what is named of one account, and keeps the time since when it is disabled', async () => {
      const account = await add(store, { name: 'changing' })
      const other = await add(store, { name: 'other' })
      const change = async (...[details]: Parameters<AccountStore['changeAccount']>[1][]) =>
        await store.changeAccount(account.accountId, details ?? {})
      for (const plan of PLANS) expect(await change({ plan })).toEqual({ ...account, plan })
      expect(await change({ disabledAtMs: 5 })).toEqual({ ...account, disabledAtMs: 5 })
      expect(await change({ disabledAtMs: 6 })).toEqual({ ...account, disabledAtMs: 5 })
      expect(await change({})).toEqual({ ...account, disabledAtMs: 5 })
      expect(await change({ plan: 'BASIC' })).toEqual({ ...account, plan: 'BASIC', disabledAtMs: 5 })
      store = await place.open()
      const reloaded = byId(await store.loadAccounts(), 'accountId')
      expect(reloaded).toEqual([{ ...account, plan: 'BASIC', disabledAtMs: 5 }, other])
      expect(await change({ disabledAtMs: null })).toEqual({ ...account, plan: 'BASIC' })
      expect(await store.changeAccount(other.accountId + 1, { plan: 'PRO' })).toBeUndefined()
      store = await place.open()
      expect(byId(await store.loadAccounts(), 'accountId')).toEqual([{ ...account, plan: 'BASIC' }, other])
    })

    it('loads every key as it was added', async () => {
      const { accountId } = await add(store, { name: 'owner' })
      const added: StoredKey[] = []
      await fc.assert(
        fc.asyncProperty(keyDetails(), async (details) => {
          added.push(await store.addKey({ ...details, accountId, hash: hashOf(added.length) }))
          expect(plain(await store.loadKeys())).toEqual(plain(added))
        }),
        { numRuns: 30 },
      )
      expect(new Set(added.map(({ keyId }) => keyId)).size).toBe(added.length)
      store = await place.open()
      expect(plain(await store.loadKeys())).toEqual(plain(added))
    })

    it('takes no key for an account that does not exist, and no hash twice', async () => {
      const { accountId } = await add(store, { name: 'owner' })
      const key = await store.addKey(keyOf(accountId, 1))
      await expect(store.addKey(keyOf(accountId + 1, 2))).rejects.toBeInstanceOf(HoneyjamError)
      await expect(store.addKey(keyOf(accountId, 1))).rejects.toBeInstanceOf(HoneyjamError)
      expect(plain(await store.loadKeys())).toEqual(plain([key]))
    })

    it('keeps the time of the first revocation, and leaves other keys alone', async () => {
      const { accountId } = await add(store, { name: 'owner' })
      const revoked = await store.addKey(keyOf(accountId, 1))
      const other = await store.addKey(keyOf(accountId, 2))
      await store.revokeKey(revoked.keyId, 5000)
      await store.revokeKey(revoked.keyId, 6000)
      await store.revokeKey(other.keyId + 1, 7000)
      store = await place.open()
      expect(plain(await store.loadKeys())).toEqual(plain([{ ...revoked, revokedAtMs: 5000 }, other]))
    })

    it('replaces a key once, and neither one that is revoked nor one that is not there', async () => {
      const { accountId } = await add(store, { name: 'owner' })
      const old = await store.addKey(keyOf(accountId, 1))
      const short = await store.addKey({ ...keyOf(accountId, 2), expiresAtMs: 4000 })
      const revoked = await store.addKey({ ...keyOf(accountId, 3), revokedAtMs: 1 })
      const replace = (keyId: number, number: number) =>
        store.replaceKey({ keyId, endsAtMs: 5000, key: keyOf(accountId, number) })
      const both = await Promise.all([replace(old.keyId, 4), replace(old.keyId, 5)])
      const added = both.filter((key) => key !== undefined)
      expect(added).toHaveLength(1)
      const other = await replace(short.keyId, 6)
      expect(await replace(revoked.keyId, 7)).toBeUndefined()
      expect(await replace(1_000_000, 8)).toBeUndefined()
      store = await place.open()
      expect(plain(await store.loadKeys())).toEqual(
        plain([
          { ...old, expiresAtMs: 5000, replacedBy: added[0]?.keyId ?? 0 },
          { ...short, replacedBy: other?.keyId ?? 0 },
          revoked,
          ...added,
          ...(other === undefined ? [] : [other]),
        ]),
      )
    })

    it('keeps invitations, and the time of their first revocation', async () => {
      const [first, second] = [await invite(store, 1), await invite(store, 2, { plan: 'PRO', uses: 7 })]
      expect(second).toMatchObject({ plan: 'PRO', uses: 7, used: 0, createdAtMs: 1, expiresAtMs: 1000 })
      expect(await store.revokeInvitation(first.invitationId, 5)).toBe(true)
      expect(await store.revokeInvitation(first.invitationId, 6)).toBe(true)
      expect(await store.revokeInvitation(second.invitationId + 1, 6)).toBe(false)
      await expect(invite(store, 2)).rejects.toBeInstanceOf(HoneyjamError)
      store = await place.open()
      const loaded = await store.loadInvitations()
      expect(loaded.map(withHex)).toEqual([{ ...withHex(first), revokedAtMs: 5 }, withHex(second)])
      expect(loaded.map(({ hash }) => Buffer.from(hash))).toEqual([hashOf(1), hashOf(2)])
    })

    it('signs up on an invitation, with its plan, and keeps account, key and use', async () => {
      await invite(store, 1, { plan: 'BASIC', uses: 2 })
      const result = await store.signUp(wish(1, 'guest'))
      const accounts = await store.loadAccounts()
      expect(accounts).toMatchObject([{ name: 'guest', plan: 'BASIC', createdAtMs: 10 }])
      const [key] = await store.loadKeys()
      expect(key).toMatchObject({ accountId: accounts[0]?.accountId, name: 'key', scopes: ['read'] })
      expect(result).toMatchObject({ kind: 'added', account: accounts[0], key: { keyId: key?.keyId } })
      store = await place.open()
      expect(await store.loadInvitations()).toMatchObject([{ used: 1 }])
      expect(await store.loadAccounts()).toEqual(accounts)
    })

    it('makes no more accounts than an invitation has uses, however many ask at once', async () => {
      await invite(store, 1, { uses: 5 })
      const wishes = Array.from({ length: 20 }, (_, index) => wish(1, `guest-${index}`))
      const results = await Promise.all(wishes.map((each) => store.signUp(each)))
      expect(results.filter(({ kind }) => kind === 'added')).toHaveLength(5)
      expect(results.filter(({ kind }) => kind === 'not-valid')).toHaveLength(15)
      expect(await store.loadAccounts()).toHaveLength(5)
      expect(await store.loadKeys()).toHaveLength(5)
      expect(await store.loadInvitations()).toMatchObject([{ used: 5 }])
    })

    it('loses no use to a name that is taken, also when several want it at once', async () => {
      await add(store, { name: 'taken' })
      await invite(store, 1, { uses: 2 })
      expect(await store.signUp(wish(1, 'taken'))).toEqual({ kind: 'name-taken' })
      const results = await Promise.all(['a', 'b', 'c'].map((key) => store.signUp(wish(1, 'wanted', key))))
      expect(results.map(({ kind }) => kind).toSorted()).toEqual(['added', 'name-taken', 'name-taken'])
      expect(await store.loadInvitations()).toMatchObject([{ used: 1 }])
      expect(await store.loadKeys()).toHaveLength(1)
      expect(await store.signUp(wish(1, 'last'))).toMatchObject({ kind: 'added' })
    })

    it('refuses invitations that are unknown, expired or revoked, and writes nothing', async () => {
      await add(store, { name: 'taken' })
      await invite(store, 1, { expiresAtMs: 10 })
      const revoked = await invite(store, 2)
      await store.revokeInvitation(revoked.invitationId, 5)
      const before = await store.loadInvitations()
      // nor does it tell whether there is an account of a name
      for (const number of [1, 2, 3]) {
        expect(await store.signUp(wish(number, 'guest'))).toEqual({ kind: 'not-valid' })
        expect(await store.signUp(wish(number, 'taken'))).toEqual({ kind: 'not-valid' })
      }
      expect(await store.loadInvitations()).toEqual(before)
      expect(await store.loadAccounts()).toHaveLength(1)
      expect(await store.loadKeys()).toEqual([])
    })
  })
}

async function invite(
  store: AccountStore,
  number: number,
  details: Partial<Invitation> = {},
): Promise<Invitation> {
  const base = { plan: 'FREE', uses: 1, createdAtMs: 1, expiresAtMs: 1000 } as const
  return await store.addInvitation({ ...base, hash: hashOf(number), ...details })
}

/** A sign-up at the time 10. */
function wish(invitation: number, name: string, key = name): Parameters<AccountStore['signUp']>[0] {
  const { accountId: _, ...details } = keyOf(0, 0)
  const hash = createHash('sha256').update(key).digest()
  return {
    invitationHash: hashOf(invitation),
    account: { name, createdAtMs: 10 },
    key: { ...details, hash },
  }
}

/** Buffers and byte arrays alike. */
function withHex(invitation: Invitation): object {
  return { ...invitation, hash: Buffer.from(invitation.hash).toString('hex') }
}

async function add(store: AccountStore, details: Partial<Account> & Pick<Account, 'name'>): Promise<Account> {
  const added = await store.addAccount({ createdAtMs: 1, plan: 'UNLIMITED', ...details })
  if (added === undefined) throw new Error(`the name ${details.name} is taken`)
  return added.account
}

function keyDetails(): fc.Arbitrary<Omit<StoredKey, 'keyId' | 'accountId' | 'hash'>> {
  const timeMs = fc.integer({ min: 0, max: 4_000_000_000_000 })
  return fc.record(
    {
      name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }),
      hint: fc.string({ minLength: 4, maxLength: 4 }),
      scopes: fc.uniqueArray(fc.constantFrom(...SCOPES)),
      networks: fc.uniqueArray(fc.constantFrom('192.0.2.0/24' as Range, '2001:db8::/32' as Range)),
      createdAtMs: timeMs,
      expiresAtMs: timeMs,
      revokedAtMs: timeMs,
      replacedBy: fc.integer({ min: 1, max: 1_000_000 }),
    },
    { requiredKeys: ['name', 'hint', 'scopes', 'networks', 'createdAtMs'] },
  )
}

function keyOf(accountId: number, number: number): Omit<StoredKey, 'keyId'> {
  return {
    accountId,
    name: 'key',
    hash: hashOf(number),
    hint: 'abcd',
    scopes: ['read'],
    networks: [],
    createdAtMs: 1,
  }
}

function hashOf(number: number): Uint8Array {
  return createHash('sha256').update(String(number)).digest()
}

/** Buffers and byte arrays alike, in the order of ids. */
function plain(keys: readonly StoredKey[]): unknown[] {
  return byId(keys, 'keyId').map(({ hash, ...key }) => ({ ...key, hash: Buffer.from(hash).toString('hex') }))
}

function byId<Row extends Record<Id, number>, Id extends string>(rows: readonly Row[], id: Id): Row[] {
  return rows.toSorted((left, right) => left[id] - right[id])
}
