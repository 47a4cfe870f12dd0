import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type AddressFactsOf,
  assessAddress,
  type Denylist,
  EMPTY_PUBLIC_LISTS,
  type Operation,
  openDenylist,
  type PublicListInfo,
  type Receipt,
  type ResourceType,
  type ScoreFactor,
  selectAddresses,
} from '../../src/denylist/index.ts'
import { silentLogger } from '../../src/runtime/index.ts'
import type { SqliteStore } from '../../src/store/sqlite/index.ts'
import type { Place } from '../contracts/place.ts'
import { address, present } from '../support/entries.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { sqlitePlace } from '../support/sqlite-place.ts'

const FACTS: Readonly<Record<string, AddressFactsOf>> = {
  '8.8.8.8': { asn: 15169, country: 'US', continent: 'NA', datacenter: 'GOOGLE' },
  '9.9.9.9': { asn: 19281, country: 'CH', continent: 'EU' },
}
const PUBLIC_LISTS: readonly PublicListInfo[] = (['DENY', 'ALLOW'] as const).map((listType) => ({
  listId: `public ${listType}`,
  listType,
  resourceType: 'CIDR',
  name: listType,
  description: '',
  tags: [],
  createdAtMs: 0,
  updatedAtMs: 0,
}))

let place: Place<SqliteStore>
let denylist: Denylist
let clock: ManualClock
let factors: readonly ScoreFactor[]

async function open(): Promise<Denylist> {
  const store = await place.open()
  return await openDenylist({
    store: store.denylist,
    queue: store.queue,
    clock,
    logger: silentLogger,
    facts: { factsOf: (of) => FACTS[of] ?? {} },
    publicLists: {
      ...EMPTY_PUBLIC_LISTS,
      list: () => PUBLIC_LISTS,
      covers: (_, of) => of === '8.8.8.8',
    },
  })
}

beforeEach(async () => {
  clock = new ManualClock()
  factors = []
  place = await sqlitePlace((store) => store)
  denylist = await open()
})
afterEach(async () => {
  await denylist.close()
  await place.remove()
})

type Draft<Kind extends Operation['kind']> = Omit<
  Extract<Operation, { kind: Kind }>,
  'accountId' | 'keyId' | 'receivedAtMs' | 'receiptId'
>

function submit<Kind extends Operation['kind']>(draft: Draft<Kind>) {
  const origin = { accountId: 1, keyId: 1, receivedAtMs: clock.nowMs(), receiptId: `r${Math.random()}` }
  return denylist.submit({ ...origin, ...draft } as unknown as Operation)
}

async function makeList(
  listId: string,
  {
    listType = 'DENY',
    resourceType = 'CIDR',
    elements,
  }: { listType?: 'ALLOW' | 'DENY'; resourceType?: ResourceType; elements: string[] },
): Promise<void> {
  const labels = { name: listId, description: '', tags: [], maxLists: 100 }
  await submit<'list-create'>({ kind: 'list-create', listId, listType, resourceType, ...labels })
  await submit<'list-content'>({
    kind: 'list-content',
    listId,
    append: elements,
    remove: [],
    maxElements: 100,
  })
}

async function report(text: string): Promise<Receipt> {
  const { addresses, observedAtMs } = selectAddresses([text], { acceptPrivate: false, nowMs: clock.nowMs() })
  return await submit<'report'>({
    kind: 'report',
    addresses,
    observedAtMs,
    ttlSeconds: 3600,
    dataset: 'TOR',
    tags: [],
  })
}

function assess(text: string, accountId = 1) {
  return assessAddress(address(text), { denylist, factors, accountId, nowMs: clock.nowMs() })
}

describe('lists and what follows from them', () => {
  it.each<[ResourceType, string]>([
    ['CIDR', '8.8.0.0/16'],
    ['AS', '15169'],
    ['COUNTRY', 'US'],
    ['CONTINENT', 'NA'],
    ['DATACENTER', 'GOOGLE'],
  ])(
    'a list of the kind %s denies or allows what belongs to it, also after a restart',
    async (resourceType, element) => {
      await makeList('deny', { resourceType, elements: [element] })
      expect(assess('8.8.8.8')).toMatchObject({
        score: 99,
        risk: 'HIGH',
        deniedBy: { private: true, public: false },
      })
      expect(assess('9.9.9.9')).toMatchObject({ score: 1, risk: 'UNKNOWN' })
      expect(assess('8.8.8.8', 2)).toMatchObject({ score: 1, risk: 'UNKNOWN' })
      await report('8.8.8.8')
      await makeList('allow', { listType: 'ALLOW', resourceType, elements: [element] })
      await denylist.close()
      denylist = await open()
      expect(assess('8.8.8.8')).toMatchObject({
        score: 0,
        risk: 'LOW',
        allowedBy: { private: true, public: false },
      })
      expect(denylist.findEntry(1, address('8.8.8.8'), clock.nowMs())).toBeUndefined()
      expect(present(denylist.listEntries(1, {}, clock.nowMs()))).toEqual([])
      expect(
        denylist.lists.matchPrivate(1, { listType: 'DENY', address: address('8.8.8.8') }, clock.nowMs()),
      ).toMatchObject([{ listId: 'deny', resourceType }])
    },
  )

  it('a report of an address on any CIDR allowlist is not taken; lists of other kinds hide it', async () => {
    await makeList('networks', { listType: 'ALLOW', elements: ['8.8.0.0/16'] })
    await makeList('countries', { listType: 'ALLOW', resourceType: 'COUNTRY', elements: ['CH'] })
    expect(await report('8.8.8.8')).toMatchObject({ taken: 0, skipped: { allowed: 1 } })
    expect(await report('9.9.9.9')).toMatchObject({ taken: 1, skipped: {} })
    expect(denylist.findEntry(1, address('9.9.9.9'), clock.nowMs())).toBeUndefined()
    await submit<'list-delete'>({ kind: 'list-delete', listId: 'countries' })
    expect(denylist.findEntry(1, address('9.9.9.9'), clock.nowMs())).toBeDefined()
  })

  it('a public list counts once it is switched on, and until its time is over', async () => {
    const select = (listId: string, status: 'ACTIVE' | 'INACTIVE', expiresAtMs?: number) =>
      submit<'public-list-select'>({
        kind: 'public-list-select',
        listId,
        status,
        ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
      })
    await report('8.8.8.8')
    await select('public ALLOW', 'ACTIVE', clock.nowMs() + 1000)
    expect(assess('8.8.8.8')).toMatchObject({ score: 0, allowedBy: { private: false, public: true } })
    expect(assess('8.8.8.8', 2).score).toBe(1)
    await clock.advance(1000)
    expect(assess('8.8.8.8')).toMatchObject({ score: 99, entry: { dataset: 'TOR' } })
    await submit<'remove'>({ kind: 'remove', addresses: 'all' })
    expect(assess('8.8.8.8').score).toBe(1)
    await select('public DENY', 'ACTIVE')
    expect(assess('8.8.8.8')).toMatchObject({ score: 99, deniedBy: { private: false, public: true } })
    await select('public DENY', 'INACTIVE')
    expect(assess('8.8.8.8').score).toBe(1)
  })

  it('of several factors the one with the highest score decides, and none when a list does', async () => {
    const factor = (score: number): ScoreFactor => ({
      findingOf: () => ({ score, reason: `because of ${score}` }),
    })
    factors = [factor(20), { findingOf: () => undefined }, factor(40), factor(30)]
    expect(assess('9.9.9.9')).toMatchObject({ score: 40, risk: 'MEDIUM', reason: 'because of 40' })
    expect(assess('9.9.9.9').findings).toHaveLength(3)
    await makeList('allow', { listType: 'ALLOW', elements: ['9.9.9.9/32'] })
    expect(assess('9.9.9.9')).toMatchObject({ score: 0, findings: [] })
  })

  it('what is on a list is read in order and in pages', async () => {
    const ranges = ['2a00::/32', '10.0.0.0/8', '9.9.9.9/32', '100.0.0.0/8', '9.0.0.0/8']
    await makeList('a', { listType: 'ALLOW', elements: ranges })
    await makeList('b', { resourceType: 'AS', elements: ['64500', '9', '100'] })
    const content = (listId: string, from = 0, count = 100) =>
      denylist.lists.contentOf({ accountId: 1, listId }, { from, count }, clock.nowMs())
    expect(await content('a')).toEqual(['9.0.0.0/8', '9.9.9.9/32', '10.0.0.0/8', '100.0.0.0/8', '2a00::/32'])
    expect(await content('a', 1, 2)).toEqual(['9.9.9.9/32', '10.0.0.0/8'])
    expect(await content('a', 9, 2)).toEqual([])
    expect(await content('b')).toEqual(['9', '100', '64500'])
    await submit<'list-content'>({
      kind: 'list-content',
      listId: 'b',
      append: ['10'],
      remove: ['9'],
      maxElements: 100,
    })
    expect(await content('b')).toEqual(['10', '100', '64500'])
    expect(await content('none')).toEqual([])
  })

  it('an account has no more lists and elements than it may, and may always take some off', async () => {
    const refused = { taken: 0, skipped: { 'over-limit': 1 } }
    const put = (append: string[], remove: string[], maxElements: number) =>
      submit<'list-content'>({ kind: 'list-content', listId: 'a', append, remove, maxElements })
    const base = { name: 'n', description: '', tags: [], listType: 'DENY', resourceType: 'AS' } as const
    const make = (listId: string) =>
      submit<'list-create'>({ kind: 'list-create', listId, ...base, maxLists: 4 })
    // three are there by default
    expect(await make('a')).toMatchObject({ taken: 1 })
    expect(await make('b')).toMatchObject(refused)
    expect(await put(['1', '2'], [], 2)).toMatchObject({ taken: 2 })
    expect(await put(['3'], [], 2)).toMatchObject(refused)
    expect(await put(['2'], [], 2)).toMatchObject({ taken: 1, skipped: {} })
    expect(await put(['3'], ['1'], 2)).toMatchObject({ taken: 2, skipped: {} })
    expect(await put(['3'], ['3'], 2)).toMatchObject({ taken: 2, skipped: {} })
    expect(await put(['4', '5'], ['3'], 2)).toMatchObject({ skipped: { 'over-limit': 2 } })
    expect(await put([], ['3'], 0)).toMatchObject({ taken: 1, skipped: {} })
    await submit<'allow'>({ kind: 'allow', ranges: ['9.9.9.9/32'], dataset: '', tags: [] })
    expect(await put(['6'], [], 2)).toMatchObject(refused)
    expect(await put(['6'], [], 3)).toMatchObject({ taken: 1 })
  })

  it('entries are counted by dataset, without those that are allowed', async () => {
    for (const text of ['8.8.8.8', '9.9.9.9', '9.9.9.10']) await report(text)
    expect([...(await denylist.countEntries(1, clock.nowMs()))]).toEqual([['TOR', 3]])
    await makeList('allow', { listType: 'ALLOW', resourceType: 'COUNTRY', elements: ['CH'] })
    expect([...(await denylist.countEntries(1, clock.nowMs()))]).toEqual([['TOR', 2]])
    expect([...(await denylist.countEntries(2, clock.nowMs()))]).toEqual([])
  })
})
