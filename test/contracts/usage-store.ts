import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type {
  UsageAnswer,
  UsageBatch,
  UsageCorrection,
  UsageLimit,
  UsageStore,
  UsageSubject,
} from '../../src/accounts/index.ts'
import { UsageModel } from '../support/usage-model.ts'
import type { MakePlace, Place } from './place.ts'

const KEY: UsageSubject = { accountId: 1, meter: 'user', subjectId: 7 }
const MONTH: UsageSubject = { accountId: 1, meter: 'user-month', subjectId: 0 }

/** What every store of counts of requests does. */
export function usageStoreContract(name: string, makePlace: MakePlace<UsageStore>): void {
  describe(`UsageStore: ${name}`, () => {
    let place: Place<UsageStore>
    let store: UsageStore

    beforeEach(async () => {
      place = await makePlace()
      store = await place.open()
    })

    afterEach(() => place.remove())

    it('grants up to the limit, and more once what was taken is old', async () => {
      const ask = async (wanted: number, nowMs: number) => await takeOne(store, [limitAt(KEY, nowMs)], wanted)
      expect(await ask(2, 1000)).toEqual({ granted: 2, used: [0], oldestAtMs: [null] })
      expect(await ask(2, 1500)).toEqual({ granted: 1, used: [2], oldestAtMs: [1000] })
      expect(await ask(1, 1999)).toEqual({ granted: 0, used: [3], oldestAtMs: [1000] })
      expect(await ask(5, 2000)).toEqual({ granted: 2, used: [1], oldestAtMs: [1500] })
    })

    it('takes from all limits of an ask what the tightest allows', async () => {
      const limits = [limitAt(KEY, 1000), { ...limitAt(MONTH, 1000), limit: 1 }]
      expect(await takeOne(store, limits, 2)).toMatchObject({ granted: 1 })
      expect(await takeOne(store, limits, 2)).toMatchObject({ granted: 0, used: [1, 1] })
    })

    it('tells how things are when nothing is wanted, and takes nothing', async () => {
      await takeOne(store, [limitAt(KEY, 1000)], 1)
      const look = { granted: 0, used: [1], oldestAtMs: [1000] }
      expect(await takeOne(store, [limitAt(KEY, 1001)], 0)).toEqual(look)
      expect(await takeOne(store, [limitAt(KEY, 1001)], 0)).toEqual(look)
    })

    it('knows it all when opened again, but for what was forgotten', async () => {
      await takeOne(store, [limitAt(KEY, 1000)], 1)
      await takeOne(store, [limitAt(KEY, 1500)], 1)
      await store.forgetUsage(1000)
      store = await place.open()
      expect(await takeOne(store, [limitAt(KEY, 1501)], 0)).toMatchObject({ used: [1], oldestAtMs: [1500] })
    })

    it('grants no more than the limit to many who ask at once', async () => {
      const other = { ...KEY, subjectId: 8 }
      const asks = Array.from({ length: 40 }, (_, index) => {
        const limits = [limitAt(KEY, 1000), limitAt(other, 1000)]
        const corrections: UsageCorrection[] = [{ ...MONTH, atMs: 5000, delta: 1 }]
        // in either order, so that whoever locks in the order of asking would wait in a circle
        return { corrections, asks: [{ limits: index % 2 ? limits : limits.toReversed(), wanted: 1 }] }
      })
      const answers = await Promise.all(asks.map((batch) => store.takeUsage(batch)))
      expect(answers.flat().filter(({ granted }) => granted === 1)).toHaveLength(3)
      const month = { ...limitAt(MONTH, 1000), sinceMs: 4999, untilMs: 5000 }
      expect(await takeOne(store, [month], 0)).toMatchObject({ used: [40] })
    })

    it('answers as a simple model does', async () => {
      const model = new UsageModel()
      await fc.assert(
        fc.asyncProperty(anyBatch(), async (batch) => {
          expect(await store.takeUsage(batch)).toEqual(model.take(batch))
        }),
        { numRuns: 200 },
      )
    })
  })
}

/** Three in any second. */
function limitAt(subject: UsageSubject, nowMs: number): UsageLimit {
  return { ...subject, limit: 3, sinceMs: nowMs - 1000, untilMs: nowMs + 1000, atMs: nowMs }
}

async function takeOne(
  store: UsageStore,
  limits: readonly UsageLimit[],
  wanted: number,
): Promise<UsageAnswer> {
  const [answer] = await store.takeUsage({ corrections: [], asks: [{ limits, wanted }] })
  return answer as UsageAnswer
}

/** Times go on by themselves only as far as batches say; a taker's own times never go back much. */
function anyBatch(): fc.Arbitrary<UsageBatch> {
  const subject = fc.constantFrom(KEY, MONTH, { ...KEY, subjectId: 8 }, { ...KEY, accountId: 2 })
  const timeMs = fc.integer({ min: 0, max: 20 }).map((step) => 1000 + step * 250)
  const correction = fc
    .tuple(subject, timeMs, fc.integer({ min: -3, max: 3 }))
    .map(([one, atMs, delta]) => ({ ...one, atMs, delta }))
  const ask = fc
    .tuple(fc.uniqueArray(subject, { minLength: 1, maxLength: 2 }), timeMs, fc.integer({ min: 0, max: 5 }))
    .map(([subjects, nowMs, wanted]) => ({ limits: subjects.map((one) => limitAt(one, nowMs)), wanted }))
  return fc.record({
    corrections: fc.array(correction, { maxLength: 3 }),
    asks: fc.array(ask, { maxLength: 3 }),
  })
}
