import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AllowRow, DenylistStore, Receipt } from '../../src/denylist/index.ts'
import {
  checkpointOf,
  type EntryRow,
  entryRow,
  entryRows,
  ipv4Words,
  packRows,
  sortRows,
  unpackRows,
} from '../support/entry-rows.ts'
import { listRowsContract } from './list-rows.ts'
import type { MakePlace, Place } from './place.ts'

const DAY_MS = 86_400_000
const NEVER = { entriesExpiredBeforeMs: 0, receiptsBeforeMs: 0 }

/** What every store of the lists' tables does. */
export function denylistStoreContract(name: string, makePlace: MakePlace<DenylistStore>): void {
  describe(`DenylistStore: ${name}`, () => {
    let place: Place<DenylistStore>
    let store: DenylistStore
    let lastAccountId = 0

    beforeAll(async () => {
      place = await makePlace()
      store = await place.open()
    })

    afterAll(() => place.remove())

    /** Accounts that hold nothing yet. */
    const freshAccounts = (count: number) => Array.from({ length: count }, () => ++lastAccountId)

    async function loadRows(accountIds: readonly number[], expiresAfterMs = -1): Promise<EntryRow[]> {
      const rows: EntryRow[] = []
      await store.loadEntries(expiresAfterMs, (batch) => rows.push(...unpackRows(batch)))
      return sortRows(rows.filter(({ accountId }) => accountIds.includes(accountId)))
    }

    const writeRows = (rows: readonly EntryRow[]) =>
      store.writeCheckpoint(checkpointOf({ entries: packRows(rows) }))

    it('covers nothing and holds nothing when it is new', async () => {
      const newPlace = await makePlace()
      const newStore = await newPlace.open()
      expect(await newStore.coveredPosition()).toBe(0)
      await newStore.loadEntries(-1, () => expect.unreachable('there are no entries'))
      expect(await newStore.loadAllowed(-1)).toEqual([])
      expect(await newStore.loadLists(-1)).toEqual({ lists: [], elements: [], selections: [] })
      await newPlace.remove()
    })

    it('names its history, always the same, and no other store does', async () => {
      const storeId = await store.storeId()
      expect(storeId).toMatch(/^[0-9a-f-]{32,36}$/)
      const newPlace = await makePlace()
      expect(await (await newPlace.open()).storeId()).not.toBe(storeId)
      await newPlace.remove()
      expect(await store.storeId()).toBe(storeId)
      store = await place.open()
      expect(await store.storeId()).toBe(storeId)
    })

    describe('entries', () => {
      it('holds the last written state of each row, accounts apart', async () => {
        await fc.assert(
          fc.asyncProperty(checkpointsOfRows(), async (written) => {
            const accountIds = freshAccounts(2)
            const model = new Map<string, EntryRow>()
            for (const rows of written) {
              const ours = rows.map((row) => ({ ...row, accountId: accountIds[row.accountId]! }))
              await writeRows(ours)
              for (const row of ours) model.set(keyOf(row), row)
            }
            expect(await loadRows(accountIds)).toEqual(sortRows([...model.values()]))
          }),
          { numRuns: 60 },
        )
      })

      it('hands over exactly the rows that expire after the bound', async () => {
        await fc.assert(
          fc.asyncProperty(distinctRows(), fc.integer({ min: -1, max: 11 }), async (rows, boundMs) => {
            const accountIds = freshAccounts(2)
            const ours = rows.map((row) => ({
              ...row,
              accountId: accountIds[row.accountId]!,
            }))
            await writeRows(ours)
            const expected = ours.filter(({ expiresAtMs }) => expiresAtMs > boundMs)
            expect(await loadRows(accountIds, boundMs)).toEqual(sortRows(expected))
          }),
          { numRuns: 60 },
        )
      })

      it('does not change when the same checkpoint is written again', async () => {
        await fc.assert(
          fc.asyncProperty(distinctRows(), async (rows) => {
            const accountIds = freshAccounts(2)
            const entries = packRows(rows.map((row) => ({ ...row, accountId: accountIds[row.accountId]! })))
            await store.writeCheckpoint(checkpointOf({ entries, coveredPosition: 5 }))
            const once = await loadRows(accountIds)
            await store.writeCheckpoint(checkpointOf({ entries, coveredPosition: 5 }))
            expect(await loadRows(accountIds)).toEqual(once)
            expect(await store.coveredPosition()).toBe(5)
          }),
          { numRuns: 30 },
        )
      })

      it('reads only as many rows of the arrays as the count says', async () => {
        const [accountId] = freshAccounts(1) as [number]
        const rows = [1, 2, 3].map((number) => entryRow({ accountId, words: ipv4Words(number) }))
        await store.writeCheckpoint(checkpointOf({ entries: { ...packRows(rows), count: 2 } }))
        expect(await loadRows([accountId])).toEqual(rows.slice(0, 2))
      })

      it('hands over each of many rows once', async () => {
        const accountIds = freshAccounts(2) as [number, number]
        const rows = Array.from({ length: 70_000 }, (_, index) =>
          // an odd step through the numbers, so that they are not in order and half of them are negative as int32
          entryRow({ accountId: accountIds[index % 2]!, words: ipv4Words(Math.imul(index, 0x9e3779b1)) }),
        )
        await writeRows(rows)
        const loaded = await loadRows(accountIds)
        expect(loaded).toHaveLength(rows.length)
        expect(new Set(loaded.map(keyOf))).toEqual(new Set(rows.map(keyOf)))
        await store.deleteHistory({ ...NEVER, entriesExpiredBeforeMs: Number.MAX_SAFE_INTEGER })
      })

      it('ends loading with what the receiver throws, and stays usable', async () => {
        const [accountId] = freshAccounts(1) as [number]
        await writeRows([entryRow({ accountId })])
        const failing = store.loadEntries(-1, () => {
          throw new RangeError('no room')
        })
        await expect(failing).rejects.toThrow('no room')
        expect(await loadRows([accountId])).toEqual([entryRow({ accountId })])
      })
    })

    it('lets a snapshot read what the tables hold', async () => {
      const [accountId] = freshAccounts(1) as [number]
      await writeRows([entryRow({ accountId })])
      await store.writeCheckpoint(checkpointOf({ coveredPosition: 7 }))
      const rows: EntryRow[] = []
      await store.snapshot(async (tables) => {
        expect(await tables.coveredPosition()).toBe(7)
        await tables.loadEntries(-1, (batch) => rows.push(...unpackRows(batch)))
        await tables.loadAllowed(-1)
      })
      expect(rows.filter((row) => row.accountId === accountId)).toEqual([entryRow({ accountId })])
    })

    describe('checkpoints', () => {
      it('are written whole or not at all', async () => {
        const [accountId] = freshAccounts(1) as [number]
        await store.writeCheckpoint(checkpointOf({ coveredPosition: 7 }))
        const good = packRows([1, 2].map((number) => entryRow({ accountId, words: ipv4Words(number) })))
        const bad = checkpointOf({
          // the second row names a label that is not there
          entries: { ...good, labels: good.labels.slice(0, 1) },
          allowed: [allowRow({ accountId })],
          receipts: [receipt({ accountId })],
          coveredPosition: 8,
        })
        await expect(store.writeCheckpoint(bad)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
        expect(await loadRows([accountId])).toEqual([])
        expect(await loadAllowed([accountId])).toEqual([])
        expect(await store.findReceiptById(accountId, 'r1')).toBeUndefined()
        expect(await store.coveredPosition()).toBe(7)
      })

      it('are there after a restart', async () => {
        const [accountId] = freshAccounts(1) as [number]
        const row = entryRow({ accountId })
        await store.writeCheckpoint(checkpointOf({ entries: packRows([row]), coveredPosition: 2 ** 53 - 1 }))
        store = await place.open()
        expect(await loadRows([accountId])).toEqual([row])
        expect(await store.coveredPosition()).toBe(2 ** 53 - 1)
      })
    })

    describe('allowed ranges', () => {
      it('are replaced, deleted and kept apart by account', async () => {
        const [mine, theirs] = freshAccounts(2) as [number, number]
        const first = allowRow({ accountId: mine, expiresAtMs: 5 * DAY_MS })
        const newer = allowRow({
          accountId: mine,
          createdAtMs: 2,
          dataset: 'FALSE_POSITIVE',
          tags: ['a "b"', ''],
        })
        const other = allowRow({ accountId: theirs })
        await store.writeCheckpoint(checkpointOf({ allowed: [first, other] }))
        expect(await loadAllowed([mine, theirs])).toEqual([first, other])
        await store.writeCheckpoint(checkpointOf({ allowed: [newer] }))
        expect(await loadAllowed([mine, theirs])).toEqual([newer, other])
        const { range } = newer
        await store.writeCheckpoint(checkpointOf({ disallowed: [{ accountId: mine, range }] }))
        await store.writeCheckpoint(checkpointOf({ disallowed: [{ accountId: mine, range }] }))
        expect(await loadAllowed([mine, theirs])).toEqual([other])
      })

      it('are left out when they have expired', async () => {
        const [accountId] = freshAccounts(1) as [number]
        const forEver = allowRow({ accountId, range: '192.0.2.0/24' })
        const ending = allowRow({ accountId, range: '198.51.100.0/24', expiresAtMs: DAY_MS })
        await store.writeCheckpoint(checkpointOf({ allowed: [forEver, ending] }))
        expect(await loadAllowed([accountId], DAY_MS - 1)).toEqual([forEver, ending])
        expect(await loadAllowed([accountId], DAY_MS)).toEqual([forEver])
      })
    })

    async function loadAllowed(accountIds: readonly number[], expiresAfterMs = -1): Promise<AllowRow[]> {
      const rows = (await store.loadAllowed(expiresAfterMs)).filter((row) =>
        accountIds.includes(row.accountId),
      )
      return rows.toSorted((left, right) =>
        `${left.accountId} ${left.range}` < `${right.accountId} ${right.range}` ? -1 : 1,
      )
    }

    describe('lists', () => {
      listRowsContract(makePlace)
    })

    describe('receipts', () => {
      it('are found by their id in their own account alone', async () => {
        const [mine, theirs] = freshAccounts(2) as [number, number]
        const full = receipt({
          accountId: mine,
          skipped: { private: 2, unparsable: 1 },
          idempotencyKey: 'key',
        })
        const plain = receipt({ accountId: mine, receiptId: 'r2', kind: 'unban' })
        await store.writeCheckpoint(checkpointOf({ receipts: [full, plain] }))
        expect(await store.findReceiptById(mine, 'r1')).toEqual(full)
        expect(await store.findReceiptById(mine, 'r2')).toEqual(plain)
        expect(await store.findReceiptById(mine, 'r3')).toBeUndefined()
        expect(await store.findReceiptById(theirs, 'r1')).toBeUndefined()
      })

      it('are found by their idempotency key when they came in after the bound', async () => {
        const [mine, theirs] = freshAccounts(2) as [number, number]
        const old = receipt({ accountId: mine, receiptId: 'old', idempotencyKey: 'key', receivedAtMs: 1000 })
        const young = receipt({
          accountId: mine,
          receiptId: 'young',
          idempotencyKey: 'key',
          receivedAtMs: 9000,
        })
        await store.writeCheckpoint(checkpointOf({ receipts: [young, old] }))
        expect(await store.findReceiptByIdempotencyKey(mine, 'key', 8999)).toEqual(young)
        expect(await store.findReceiptByIdempotencyKey(mine, 'key', 0)).toEqual(young)
        expect(await store.findReceiptByIdempotencyKey(mine, 'key', 9000)).toBeUndefined()
        expect(await store.findReceiptByIdempotencyKey(mine, 'other', 0)).toBeUndefined()
        expect(await store.findReceiptByIdempotencyKey(theirs, 'key', 0)).toBeUndefined()
      })

      it('are the same when they are written again', async () => {
        const [accountId] = freshAccounts(1) as [number]
        const mine = receipt({ accountId, idempotencyKey: 'key' })
        await store.writeCheckpoint(checkpointOf({ receipts: [mine] }))
        await store.writeCheckpoint(checkpointOf({ receipts: [mine] }))
        expect(await store.findReceiptById(accountId, 'r1')).toEqual(mine)
        expect(
          await store.deleteHistory({ ...NEVER, receiptsBeforeMs: mine.receivedAtMs + 1 }),
        ).toBeGreaterThan(0)
        expect(await store.findReceiptById(accountId, 'r1')).toBeUndefined()
      })
    })

    describe('history', () => {
      it('is deleted exactly up to the bounds, however much there is', async () => {
        const historyPlace = await makePlace()
        const historyStore = await historyPlace.open()
        const rows = Array.from({ length: 10_000 }, (_, index) =>
          entryRow({ words: ipv4Words(Math.imul(index, 0x9e3779b1)), expiresAtMs: index }),
        )
        const receipts = Array.from({ length: 2500 }, (_, index) =>
          receipt({ receiptId: `r${index}`, receivedAtMs: index }),
        )
        const allowed = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24'].map((range, index) =>
          allowRow({ range, ...(index === 0 ? {} : { expiresAtMs: 5999 + index }) }),
        )
        const entries = packRows(rows)
        await historyStore.writeCheckpoint(checkpointOf({ entries, receipts, allowed }))
        const cutoffs = { entriesExpiredBeforeMs: 6001, receiptsBeforeMs: 2100 }
        expect(await historyStore.deleteHistory(cutoffs)).toBe(6001 + 2100 + 1)
        expect(await historyStore.deleteHistory(cutoffs)).toBe(0)
        const left: EntryRow[] = []
        await historyStore.loadEntries(-1, (batch) => left.push(...unpackRows(batch)))
        expect(sortRows(left)).toEqual(sortRows(rows.slice(6001)))
        expect(await historyStore.findReceiptById(1, 'r2099')).toBeUndefined()
        expect(await historyStore.findReceiptById(1, 'r2100')).toBeDefined()
        expect(await historyStore.loadAllowed(-1)).toEqual([allowed[0], allowed[2]])
        await historyPlace.remove()
      })
    })

    it('refuses to work once it is closed, and may be closed twice', async () => {
      const closedPlace = await makePlace()
      const closedStore = await closedPlace.open()
      const writing = closedStore.writeCheckpoint(checkpointOf({ coveredPosition: 3 }))
      await closedStore.close()
      await closedStore.close()
      await writing
      await expect(closedStore.coveredPosition()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
      expect(await (await closedPlace.open()).coveredPosition()).toBe(3)
      await closedPlace.remove()
    })
  })
}

/** Rows of accounts 0 and 1, in some checkpoints; in one checkpoint each address comes once. */
function checkpointsOfRows(): fc.Arbitrary<EntryRow[][]> {
  return fc.array(distinctRows(), { maxLength: 5 })
}

function distinctRows(): fc.Arbitrary<EntryRow[]> {
  return fc.uniqueArray(entryRows([0, 1]), { maxLength: 12, selector: keyOf })
}

function keyOf({ accountId, words }: EntryRow): string {
  return [accountId, ...words].join(' ')
}

function allowRow(row: Partial<AllowRow>): AllowRow {
  return {
    accountId: 1,
    range: '192.0.2.0/24',
    createdAtMs: 1,
    dataset: 'ALLOWED',
    tags: [],
    appliedPosition: 1,
    ...row,
  }
}

function receipt(row: Partial<Receipt>): Receipt {
  return {
    receiptId: 'r1',
    accountId: 1,
    kind: 'report',
    receivedAtMs: 1000,
    taken: 3,
    folded: 1,
    skipped: {},
    ...row,
  }
}
