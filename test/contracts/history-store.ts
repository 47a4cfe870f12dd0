import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type DenylistStore,
  encodeOperation,
  type HistoryStore,
  MAX_DETAIL_CHARACTERS,
  type Operation,
  type ReportOperation,
  type ReportQueue,
} from '../../src/denylist/index.ts'
import { checkpointOf, ipv4Words } from '../support/entry-rows.ts'
import type { MakePlace, Place } from './place.ts'

/** History with what it stands on. */
export interface HistoryPorts {
  readonly history: HistoryStore
  readonly queue: ReportQueue
  readonly denylist: DenylistStore
}

/** What every store of history does. */
export function historyStoreContract(name: string, makePlace: MakePlace<HistoryPorts>): void {
  describe(`HistoryStore: ${name}`, () => {
    let place: Place<HistoryPorts>
    let ports: HistoryPorts

    beforeEach(async () => {
      place = await makePlace()
      ports = await place.open()
    })
    afterEach(() => place.remove())

    /** Appends operations as a service does. @returns their positions */
    async function append(...operations: readonly Operation[]): Promise<number[]> {
      const positions: number[] = []
      for (const operation of operations) positions.push(await ports.queue.append(encodeOperation(operation)))
      return positions
    }
    const cover = (coveredPosition: number, receipts: Parameters<typeof checkpointOf>[0]['receipts'] = []) =>
      ports.denylist.writeCheckpoint(checkpointOf({ coveredPosition, receipts }))
    const find = async (number: number, accountId = 1, limit = 100) =>
      (await ports.history.find({ accountId, words: Uint32Array.from(ipv4Words(number)), limit })).events
    const receiptsOf = async (number: number, accountId = 1) =>
      (await find(number, accountId)).map(({ receiptId }) => receiptId)

    it('knows nothing when it is new', async () => {
      expect(await find(1)).toEqual([])
      expect(await ports.history.extend(7)).toEqual({ position: 7, isDone: true })
      expect(await ports.history.findAddress({ accountId: 1, position: 1, index: 0 })).toBeUndefined()
    })

    it('finds operations in the journal as soon as the tables cover them, and the same once it has taken them', async () => {
      const [first = 0, second = 0] = await append(
        reportOf({ receiptId: 'a', addresses: [1, 2], observedAtMs: [90, 80] }),
        reportOf({ receiptId: 'b', addresses: [2, 3], observedAtMs: 50, tags: ['X'] }),
      )
      expect(await find(2)).toEqual([])
      await cover(second)
      const events = [
        {
          position: second,
          index: 0,
          isAllowed: false,
          kind: 'report',
          receivedAtMs: 100,
          keyId: 4,
          receiptId: 'b',
          detail: { ttlSeconds: 60, dataset: 'ABUSE', tags: ['X'], observedAtMs: 50 },
        },
        {
          position: first,
          index: 1,
          isAllowed: false,
          kind: 'report',
          receivedAtMs: 100,
          observedAtMs: 80,
          keyId: 4,
          receiptId: 'a',
          detail: { ttlSeconds: 60, dataset: 'ABUSE', tags: [] },
        },
      ]
      const where = { accountId: 1, position: first, index: 1 }
      const words = Uint32Array.from(ipv4Words(2))
      expect(await find(2)).toEqual(events)
      expect(await ports.history.findAddress(where)).toEqual(words)
      expect(await ports.history.extend(second)).toEqual({ position: second, isDone: true })
      await ports.queue.trim(second)
      ports = await place.open()
      expect(await find(2)).toEqual(events)
      expect(await find(2, 1, 1)).toEqual(events.slice(0, 1))
      expect(await ports.history.findAddress(where)).toEqual(words)
      expect(await ports.history.findAddress({ ...where, accountId: 2 })).toBeUndefined()
      expect(await ports.history.findAddress({ ...where, index: 2 })).toBeUndefined()
      expect(await ports.history.extend(second)).toEqual({ position: second, isDone: true })
      expect(await find(2)).toEqual(events)
    })

    it('takes any number of operations of any size, each account apart, IPv6 too', async () => {
      const sizes = fc.array(fc.record({ accountId: fc.constantFrom(1, 2), count: fc.nat(3000) }), {
        minLength: 1,
        maxLength: 6,
      })
      let start = 0
      await fc.assert(
        fc.asyncProperty(sizes, async (reports) => {
          const from = start
          const operations = reports.map(({ accountId, count }, index) => ({
            ...reportOf({ accountId, receiptId: `r${from + index}` }),
            addresses: Uint32Array.from(
              Array.from({ length: count }, (_, each) => [index % 2, 0, 0xffff, from + each]).flat(),
            ),
          }))
          start += 3000
          const last = (await append(...operations)).at(-1) ?? 0
          await cover(last)
          while (!(await ports.history.extend(last)).isDone);
          for (const each of [0, 1, 700, 2999]) {
            for (const accountId of [1, 2]) {
              const holding = (high: number) =>
                reports.flatMap((report, index) =>
                  report.accountId === accountId && report.count > each && index % 2 === high
                    ? [`r${from + index}`]
                    : [],
                )
              expect((await receiptsOf(from + each, accountId)).toReversed()).toEqual(holding(0))
              const words = Uint32Array.of(1, 0, 0xffff, from + each)
              const { events } = await ports.history.find({ accountId, words, limit: 10 })
              expect(events.map(({ receiptId }) => receiptId).toReversed()).toEqual(holding(1))
            }
          }
        }),
        { numRuns: 8 },
      )
    })

    it('finds what concerns an address without naming it', async () => {
      const base = { accountId: 1, keyId: 4, receivedAtMs: 100, receiptId: 'x' }
      const network = { ...base, receiptId: 'n', dataset: 'ABUSE', tags: [] }
      const last = (
        await append(
          { ...network, kind: 'allow', ranges: ['0.0.0.0/24', '0.0.1.7/32'] },
          { ...base, receiptId: 'd', kind: 'disallow', ranges: ['0.0.2.0/24'] },
          {
            ...base,
            receiptId: 'c',
            kind: 'list-content',
            listId: 'l',
            append: ['0.0.0.0/25'],
            remove: [],
            maxElements: 9,
          },
          {
            ...base,
            receiptId: 'as',
            kind: 'list-content',
            listId: 'l',
            append: ['64500'],
            remove: [],
            maxElements: 9,
          },
          { ...base, receiptId: 'e', kind: 'list-empty', listId: 'l' },
          { ...base, receiptId: 'r', kind: 'remove', addresses: 'all' },
          { ...base, receiptId: 'other', accountId: 2, kind: 'remove', addresses: 'all' },
        )
      ).at(-1)!
      for (const step of [() => cover(last), () => ports.history.extend(last)]) {
        await step()
        expect(await receiptsOf(5)).toEqual(['r', 'e', 'c', 'n'])
        expect(await receiptsOf(256 + 7)).toEqual(['r', 'e', 'n'])
        expect(await receiptsOf(512)).toEqual(['r', 'e', 'd'])
        expect(await receiptsOf(5, 2)).toEqual(['other'])
      }
    })

    it('reads no more of what operations say than fits, and says that there is more', async () => {
      const base = { accountId: 1, keyId: 4, receivedAtMs: 100, dataset: '', tags: [] }
      const ranges = Array.from({ length: 65_536 }, (_, index) => `9.${index >> 8}.${index & 255}.0/24`)
      const allow = (receiptId: string, some: readonly string[]): Operation => ({
        ...base,
        kind: 'allow',
        receiptId,
        ranges: some,
      })
      const isCut = async () => {
        const words = Uint32Array.from(ipv4Words(5))
        return (await ports.history.find({ accountId: 1, words, limit: 100 })).isCut
      }
      const [first = 0] = await append(allow('old', ['0.0.0.0/24']))
      await cover(first)
      await ports.history.extend(first)
      expect([await receiptsOf(5), await isCut()]).toEqual([['old'], false])
      const wide = Array.from({ length: 1 + MAX_DETAIL_CHARACTERS / 1_000_000 }, (_, index) =>
        allow(`wide ${index}`, ranges),
      )
      const last = (await append(...wide, allow('new', ['0.0.0.0/25']))).at(-1) ?? 0
      await cover(last)
      // in steps, so that it never holds all of it
      expect((await ports.history.extend(last)).isDone).toBe(false)
      while (!(await ports.history.extend(last)).isDone);
      expect([await receiptsOf(5), await isCut()]).toEqual([['new'], true])
    })

    it('remembers which addresses an allowlist kept off the list', async () => {
      const [last = 0] = await append(reportOf({ receiptId: 'a\0', addresses: [1, 2] }))
      const receipt = { receiptId: 'a\0', accountId: 1, kind: 'report' as const, receivedAtMs: 100 }
      await cover(last, [{ ...receipt, taken: 1, folded: 0, skipped: { allowed: 1 }, allowedIndexes: [1] }])
      for (const step of [async () => undefined, () => ports.history.extend(last)]) {
        await step()
        expect(await find(1)).toMatchObject([{ isAllowed: false }])
        expect(await find(2)).toMatchObject([{ isAllowed: true }])
      }
    })

    it('deletes whole parts that are too old, and keeps the newest', async () => {
      for (const [index, receivedAtMs] of [100, 200, 300].entries()) {
        const addresses = Array.from({ length: 1500 }, (_, each) => each)
        const [last = 0] = await append(reportOf({ receiptId: `r${index}`, receivedAtMs, addresses }))
        await cover(last)
        await ports.history.extend(last)
      }
      expect(await ports.history.deleteBefore(100)).toBe(0)
      expect(await ports.history.deleteBefore(201)).toBeGreaterThan(2)
      expect(await receiptsOf(7)).toEqual(['r2'])
      await ports.history.deleteBefore(1000)
      expect(await receiptsOf(7)).toEqual(['r2'])
    })
  })
}

function reportOf({
  addresses = [],
  observedAtMs = 100,
  ...fields
}: Partial<Omit<ReportOperation, 'addresses' | 'observedAtMs'>> & {
  readonly addresses?: readonly number[]
  readonly observedAtMs?: number | readonly number[]
}): ReportOperation {
  return {
    kind: 'report',
    accountId: 1,
    keyId: 4,
    receivedAtMs: 100,
    receiptId: 'r',
    ttlSeconds: 60,
    dataset: 'ABUSE',
    tags: [],
    addresses: Uint32Array.from(addresses.flatMap(ipv4Words)),
    observedAtMs: typeof observedAtMs === 'number' ? observedAtMs : Float64Array.from(observedAtMs),
    ...fields,
  }
}
