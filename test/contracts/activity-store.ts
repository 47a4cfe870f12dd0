import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Activity, ActivityStore } from '../../src/activity/index.ts'
import type { MakePlace, Place } from './place.ts'

/** What every store of the requests of keys does. */
export function activityStoreContract(name: string, makePlace: MakePlace<ActivityStore>): void {
  describe(`ActivityStore: ${name}`, () => {
    let place: Place<ActivityStore>
    let store: ActivityStore
    let lastAccountId = 0

    beforeAll(async () => {
      place = await makePlace()
      store = await place.open()
    })
    afterAll(() => place.remove())

    const freshKey = () => ({ accountId: ++lastAccountId, keyId: 1 })
    const all = (key: { accountId: number; keyId: number }) =>
      store.readActivities(key, { offset: 0, limit: 10_000 })
    const idsOf = (activities: readonly Activity[]) => activities.map(({ activityId }) => activityId)

    it('gives back what was written, newest first and in parts, also when opened again', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(texts(), { maxLength: 10 }), async (all_) => {
          const key = freshKey()
          const written = all_.map((one, index) => activityOf({ ...one, ...key, activityId: idOf(index) }))
          await store.writeActivities(written)
          expect(await all(key)).toEqual(written.toReversed())
          expect(await store.readActivities(key, { offset: 2, limit: 3 })).toEqual(
            written.toReversed().slice(2, 5),
          )
        }),
        { numRuns: 30 },
      )
      const key = freshKey()
      await store.writeActivities([activityOf(key)])
      store = await place.open()
      expect(await all(key)).toEqual([activityOf(key)])
    })

    it('writes a repeat without harm', async () => {
      const key = freshKey()
      await store.writeActivities([activityOf(key)])
      await store.writeActivities([activityOf(key), activityOf({ ...key, activityId: idOf(2) })])
      expect(idsOf(await all(key))).toEqual([idOf(2), idOf(1)])
    })

    it('keeps keys and accounts apart', async () => {
      const [one, other] = [freshKey(), freshKey()]
      const second = { ...one, keyId: 2 }
      await store.writeActivities([one, other, second].map((key) => activityOf(key)))
      for (const key of [one, other, second]) expect(await all(key)).toEqual([activityOf(key)])
    })

    it('deletes, of each key, what is older than a time and what is not among its newest', async () => {
      const few = freshKey()
      const many = { ...few, keyId: 7 }
      const idsUpTo = (count: number) => Array.from({ length: count }, (_, index) => idOf(index + 1))
      for (const [key, count] of [
        [few, 5],
        [many, 2500],
      ] as const)
        await store.writeActivities(idsUpTo(count).map((activityId) => activityOf({ ...key, activityId })))
      await store.deleteActivities({ beforeId: idOf(3), keepPerKey: 4 })
      expect(idsOf(await all(few))).toEqual([5, 4, 3].map(idOf))
      expect(idsOf(await all(many))).toEqual([2500, 2499, 2498, 2497].map(idOf))
      expect(await store.deleteActivities({ beforeId: idOf(3), keepPerKey: 4 })).toBe(0)
      await store.deleteActivities({ beforeId: 'f', keepPerKey: 1000 })
      expect(await all(few)).toEqual([])
    })
  })
}

function texts() {
  const text = fc.string({ unit: 'grapheme', maxLength: 200 })
  return fc.record({
    atMs: fc.maxSafeNat(),
    address: text,
    userAgent: text,
    method: text,
    uri: text,
    body: text,
    status: fc.integer({ min: 200, max: 599 }),
    receiptId: text,
  })
}

function idOf(number: number): string {
  return number.toString(16).padStart(24, '0')
}

function activityOf(fields: Partial<Activity>): Activity {
  return {
    accountId: 1,
    keyId: 1,
    activityId: idOf(1),
    atMs: 1,
    address: '192.0.2.1',
    userAgent: 'curl',
    method: 'GET',
    uri: '/test',
    body: '\0{"a": "\u00e9"}',
    status: 200,
    receiptId: '',
    ...fields,
  }
}
