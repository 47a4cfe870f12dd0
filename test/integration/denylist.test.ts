import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type Denylist,
  type DenylistStore,
  openDenylist,
  type ReportOperation,
  selectAddresses,
} from '../../src/denylist/index.ts'
import { parseAddress } from '../../src/ip/index.ts'
import { type Clock, silentLogger, systemClock } from '../../src/runtime/index.ts'
import type { SqliteStore } from '../../src/store/sqlite/index.ts'
import type { Place } from '../contracts/place.ts'
import { present } from '../support/entries.ts'
import { sqlitePlace } from '../support/sqlite-place.ts'

const nowMs = Date.now()
const address = parseAddress('8.8.8.8')!

/** Sleeps never end before they are aborted, so nothing is merged until the denylist is closed. */
const stoppedClock: Clock = {
  nowMs: () => nowMs,
  async sleep(_milliseconds, signal) {
    await wait(2 ** 31 - 1, undefined, { ...(signal === undefined ? {} : { signal }), ref: false }).catch(
      () => undefined,
    )
  },
}

let place: Place<SqliteStore>
let store: SqliteStore

beforeEach(async () => {
  place = await sqlitePlace((opened) => opened)
  store = await place.open()
})
afterEach(() => place.remove())

function open(clock: Clock = stoppedClock): Promise<Denylist> {
  return openDenylist({ store: store.denylist, queue: store.queue, clock, logger: silentLogger })
}

function report(texts: readonly string[], more: Partial<ReportOperation> = {}): ReportOperation {
  const { addresses, observedAtMs } = selectAddresses(texts, { acceptPrivate: false, nowMs })
  return {
    kind: 'report',
    accountId: 1,
    keyId: 1,
    receivedAtMs: nowMs,
    receiptId: `receipt-${Math.random()}`,
    addresses,
    observedAtMs,
    ttlSeconds: 60,
    dataset: 'ABUSE',
    tags: ['COWRIE'],
    ...more,
  }
}

describe('the denylist on SQLite', () => {
  it('answers with what was taken at once, and after a crash that merged nothing', async () => {
    const denylist = await open()
    await denylist.submit(report(['8.8.8.8', '9.9.9.9']))
    await denylist.submit(report(['8.8.8.8'], { tags: ['LOGIN'] }))
    const entry = {
      address,
      totalReports: 2,
      dataset: 'ABUSE',
      tags: ['LOGIN', 'COWRIE'],
      expiresAtMs: nowMs + 60_000,
    }
    expect(denylist.findEntry(1, address, nowMs)).toMatchObject(entry)
    store = await place.open()
    expect((await store.queue.size()).records).toBe(2)
    expect((await open()).findEntry(1, address, nowMs)).toMatchObject(entry)
  })

  it('merges everything into the tables and empties the journal when it is closed', async () => {
    const denylist = await open()
    await denylist.submit(report(['8.8.8.8', '9.9.9.9']))
    await denylist.close()
    expect((await store.queue.size()).records).toBe(0)
    expect(
      present((await open()).listEntries(1, {}, nowMs))
        .map((entry) => entry.address)
        .toSorted(),
    ).toEqual(['8.8.8.8', '9.9.9.9'])
  })

  it.each(['at once', 'while the first is under way', 'after a crash', 'after a merge and a restart'])(
    'counts a report that is sent again with its key %s only once',
    async (when) => {
      let denylist = await open()
      const operation = report(['8.8.8.8'], { idempotencyKey: 'again' })
      const first = denylist.submit(operation)
      if (when !== 'while the first is under way') await first
      if (when === 'after a merge and a restart') await denylist.close()
      if (when.startsWith('after')) {
        store = await place.open()
        denylist = await open()
      }
      const second = await denylist.submit({ ...operation, receiptId: 'another' })
      expect(second.receiptId).toBe((await first).receiptId)
      expect(denylist.findEntry(1, address, nowMs)?.totalReports).toBe(1)
    },
  )

  it('takes the same idempotency key of two accounts as two reports', async () => {
    const denylist = await open()
    await denylist.submit(report(['8.8.8.8'], { idempotencyKey: 'k' }))
    await denylist.submit(report(['8.8.8.8'], { idempotencyKey: 'k', accountId: 2 }))
    expect(denylist.findEntry(2, address, nowMs)?.totalReports).toBe(1)
  })

  it('shows a receipt to its own account alone, before and after it is merged', async () => {
    const denylist = await open()
    const { receiptId } = await denylist.submit(report(['8.8.8.8'], { skipped: { private: 3 }, folded: 2 }))
    expect(await denylist.findReceipt(1, receiptId)).toMatchObject({
      taken: 1,
      folded: 2,
      skipped: { private: 3 },
    })
    expect(await denylist.findReceipt(2, receiptId)).toBeUndefined()
    await denylist.close()
    const reopened = await open()
    expect(await reopened.findReceipt(1, receiptId)).toMatchObject({
      taken: 1,
      folded: 2,
      skipped: { private: 3 },
    })
    expect(await reopened.findReceipt(2, receiptId)).toBeUndefined()
  })

  it('ends the entry of an address that is allowed, and refuses reports of it while it is', async () => {
    const denylist = await open()
    await denylist.submit(report(['8.8.8.8', '9.9.9.9']))
    const base = { accountId: 1, keyId: 1, receivedAtMs: nowMs, receiptId: 'by hand' }
    await denylist.submit({ ...base, kind: 'allow', ranges: ['8.8.8.0/24'], dataset: 'ABUSE', tags: [] })
    expect(denylist.findEntry(1, address, nowMs)).toBeUndefined()
    expect(await denylist.submit(report(['8.8.8.8', '1.1.1.1']))).toMatchObject({
      taken: 1,
      skipped: { allowed: 1 },
    })
    await denylist.submit({ ...base, kind: 'disallow', ranges: ['8.8.8.0/24'] })
    await denylist.submit(report(['8.8.8.8'], { receivedAtMs: nowMs + 1, observedAtMs: nowMs + 1 }))
    expect(denylist.findEntry(1, address, nowMs + 1)?.totalReports).toBe(1)
  })

  it('keeps a report that is already over as history and blocks nothing', async () => {
    const denylist = await open()
    const receipt = await denylist.submit(report(['8.8.8.8'], { observedAtMs: nowMs - 61_000 }))
    expect(receipt.taken).toBe(1)
    expect(denylist.findEntry(1, address, nowMs)).toBeUndefined()
  })

  it('filters by dataset, times, counts and protocol, bounds excluded', async () => {
    const denylist = await open()
    await denylist.submit(report(['8.8.8.8', '2a00:1450::1']))
    await denylist.submit(report(['8.8.8.8'], { dataset: 'TOR' }))
    const found = (filter: Parameters<Denylist['listEntries']>[1]) =>
      present(denylist.listEntries(1, filter, nowMs)).map((entry) => entry.address)
    expect(found({ dataset: 'TOR' })).toEqual(['8.8.8.8'])
    expect(found({ protocol: 'ipv6' })).toEqual(['2a00:1450::1'])
    expect(found({ greaterThanReports: 1 })).toEqual(['8.8.8.8'])
    expect(found({ lessThanReports: 2 })).toEqual(['2a00:1450::1'])
    expect(found({ reportedAfterMs: nowMs })).toEqual([])
    expect(found({ reportedBeforeMs: nowMs + 1, expiresBeforeMs: nowMs + 60_001 })).toHaveLength(2)
    expect(found({ expiresAfterMs: nowMs + 60_000 })).toEqual([])
  })

  it('lets reports wait while the tables are far behind, and takes each of them once they have caught up', async () => {
    const gate = Promise.withResolvers<void>()
    const slow = gated(store.denylist, gate.promise)
    const denylist = await openDenylist({
      store: slow,
      queue: store.queue,
      clock: systemClock,
      logger: silentLogger,
    })
    for (let first = 0; denylist.status().waitingRows < SLOW_ROWS; first += MOST)
      await denylist.submit(report([], { addresses: numbered(first, MOST) }))
    const answered: string[] = []
    const held = denylist.submit(report(['8.8.8.8'])).then(() => answered.push('report'))
    await denylist.submit({ ...report([]), kind: 'unban', addresses: numbered(0, 1) })
    answered.push('unban')
    gate.resolve()
    await held
    expect(answered).toEqual(['unban', 'report'])
    expect(denylist.findEntry(1, address, nowMs)).toMatchObject({ totalReports: 1 })
    await denylist.close()
  }, 60_000)
})

/** Rows that may wait before reports are slowed down, as docs/reference/store-sqlite.md says. */
const SLOW_ROWS = 1_000_000
const MOST = 10_000

function numbered(first: number, count: number): Uint32Array {
  const words = new Uint32Array(4 * count)
  for (let i = 0; i < count; i++) words.set([0, 0, 0xffff, 0x0b000000 + first + i], 4 * i)
  return words
}

/** A store that writes no checkpoint before `opened` resolves. */
function gated(store: DenylistStore, opened: Promise<void>): DenylistStore {
  return new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      const method = value.bind(target) as (...given: unknown[]) => unknown
      return name === 'writeCheckpoint'
        ? (...given: unknown[]) => opened.then(() => method(...given))
        : method
    },
  })
}
