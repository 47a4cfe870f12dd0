import type { Dispatcher } from 'undici'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Range } from '../../src/ip/index.ts'
import { type ApiPlace, openApi } from '../support/api-place.ts'
import { readScopeMatrix } from '../support/scope-matrix.ts'
import {
  buildWalledAccount,
  type OwnedKind,
  ownedKindOf,
  WAYS_IN,
  type WalledAccount,
} from '../support/walled-account.ts'

/*
 * Whoever has learnt an id of another account, from a log or over a shoulder, gets what one gets for an id that never was. The owner
 * then finds everything, so that it was no slip of the test. Each of these has its way from memory and its way from the tables.
 */

interface Door {
  readonly method: Dispatcher.HttpMethod
  readonly pattern: string
  readonly kind: OwnedKind
}

/** An administrator may ask after other accounts by their names, see docs/reference/scopes.md. */
const OF_ALL_ACCOUNTS = /^\/honeyjam\/v1\/(?:accounts|invitations)\//
/** Reading before writing before taking away, a part before the whole: the owner comes through each door. */
const ORDER: readonly string[] = ['GET', 'PUT', 'POST', 'DELETE']
const inOrder = (one: Door, two: Door) =>
  ORDER.indexOf(one.method) - ORDER.indexOf(two.method) || two.pattern.length - one.pattern.length
const NEVER_WAS: Readonly<Record<OwnedKind, string>> = {
  receipts: '00000000-0000-4000-8000-000000000000',
  denylists: '00000000-0000-4000-8000-000000000000',
  allowlists: '00000000-0000-4000-8000-000000000000',
  keys: '999999',
  changes: '999999999999',
}

const patterns = readScopeMatrix()
  .map(({ route }) => route.split(' ') as [Dispatcher.HttpMethod, string])
  .filter(([, pattern]) => pattern.includes(':id') && !OF_ALL_ACCOUNTS.test(pattern))
const doors = patterns
  .flatMap(([method, pattern]): Door[] => {
    const kind = ownedKindOf(pattern)
    return kind === undefined ? [] : [{ method, pattern, kind }]
  })
  .toSorted(inOrder)

let api: ApiPlace
const accounts: WalledAccount[] = []
beforeAll(async () => {
  api = await openApi({ signUp: 'open', trustedProxies: ['127.0.0.0/8' as Range] })
  const scopesOfKeys = [['report', 'read', 'manage', 'enforce'], ['admin']] as const
  for (const [number, wayIn] of WAYS_IN.entries())
    accounts.push(await buildWalledAccount(api, { number, wayIn, scopesOfKeys }))
})
afterAll(() => api.close())

function pass(
  { method, pattern }: Door,
  id: string,
  { account, key }: { account: WalledAccount; key: number },
) {
  const body = method === 'PUT' ? { body: { ...account.body(0), name: `renamed ${key}` } } : {}
  return api.ask(method, pattern.replace(':id', id), { key: account.keys[key]?.keyText, ...body })
}

/** With every id of every account, as every other account, with each of its keys. */
async function knock(door: Door): Promise<void> {
  for (const owner of accounts) {
    const ids = [...owner.ids[door.kind]]
    expect(ids).not.toEqual([])
    for (const id of ids)
      for (const account of accounts) if (account !== owner) await tryBoth(door, id, account)
  }
}

async function tryBoth(door: Door, id: string, account: WalledAccount): Promise<void> {
  const unknown = NEVER_WAS[door.kind]
  for (const key of account.keys.keys()) {
    const { status, text } = await pass(door, id, { account, key })
    const never = await pass(door, unknown, { account, key })
    const ofNever = [404, never.text.replaceAll(unknown, 'ID')]
    expect({ ...door, answer: [status, text.replaceAll(id, 'ID')] }).toEqual({ ...door, answer: ofNever })
  }
}

/** The changes that the history shows of the addresses which all accounts report. */
async function learnChanges(account: WalledAccount): Promise<void> {
  await vi.waitFor(async () => {
    await api.clock.advance(200)
    const answer = await api.ask('GET', `/v1/log/ip/${account.address(6)}`, { key: account.keys[1]?.keyText })
    const { logs } = answer.json as { logs: { self: string }[] }
    for (const { self } of logs) account.ids.changes.add(self.split('/').at(-1) ?? '')
    expect(account.ids.changes.size).toBeGreaterThan(0)
  })
}

describe('an id of another account', () => {
  it('is known for each route that takes one, but for lists of everybody', () => {
    const others = patterns
      .map(([, pattern]) => pattern)
      .filter((pattern) => ownedKindOf(pattern) === undefined)
    // collections of TAXII, one an account, are tried in api-taxii.test.ts
    const isElsewhere = (pattern: string) =>
      pattern.includes('list/public/') || pattern.startsWith('/taxii2/')
    expect(others.filter((pattern) => !isElsewhere(pattern))).toEqual([])
    expect(doors.length).toBeGreaterThan(15)
  })

  it('opens nothing while the memory answers', async () => {
    expect(api.denylist.status().waitingRows).toBeGreaterThan(0)
    for (const door of doors) if (door.kind !== 'changes') await knock(door)
  })

  it('opens nothing once the tables answer', async () => {
    for (const account of accounts) await learnChanges(account)
    expect(api.denylist.status().waitingRows).toBe(0)
    for (const door of doors) await knock(door)
  })

  it.each(doors)('opens $method $pattern for its owner', async (door) => {
    for (const account of accounts) {
      const [id = ''] = account.ids[door.kind]
      expect((await pass(door, id, { account, key: 1 })).status).toBeLessThan(300)
    }
  })
})
