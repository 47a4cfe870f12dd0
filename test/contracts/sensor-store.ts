import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Sensor, SensorChanges, SensorStore } from '../../src/sensors/index.ts'
import { sensorOf } from '../support/sensors.ts'
import type { MakePlace, Place } from './place.ts'

/** What every store of agents does. */
export function sensorStoreContract(name: string, makePlace: MakePlace<SensorStore>): void {
  describe(`SensorStore: ${name}`, () => {
    let place: Place<SensorStore>
    let store: SensorStore

    beforeEach(async () => {
      place = await makePlace()
      store = await place.open()
    })

    afterEach(() => place.remove())

    it('is empty when it is new', async () => {
      expect(await store.loadSensors()).toEqual([])
    })

    it('holds after any writes, and when opened again, what a map would hold', async () => {
      const expected = new Map<string, Sensor>()
      await fc.assert(
        fc.asyncProperty(anyChanges(), async (changes) => {
          await store.writeSensors(changes)
          for (const sensor of changes.seen) expected.set(idOf(sensor), sensor)
          for (const gone of changes.gone) expected.delete(idOf(gone))
          expect(byId(await store.loadSensors())).toEqual(byId([...expected.values()]))
        }),
        { numRuns: 50 },
      )
      store = await place.open()
      expect(byId(await store.loadSensors())).toEqual(byId([...expected.values()]))
    })

    it('writes a repeat without harm', async () => {
      const changes = { seen: [sensorOf(1, 'a')], gone: [{ accountId: 1, agentId: 'b' }] }
      await store.writeSensors(changes)
      await store.writeSensors(changes)
      expect(await store.loadSensors()).toEqual(changes.seen)
    })

    it('keeps accounts apart that use the same id', async () => {
      await store.writeSensors({ seen: [sensorOf(1, 'same'), sensorOf(2, 'same')], gone: [] })
      await store.writeSensors({ seen: [], gone: [{ accountId: 1, agentId: 'same' }] })
      expect(await store.loadSensors()).toEqual([sensorOf(2, 'same')])
    })

    it('takes ten thousand at once', async () => {
      const seen = Array.from({ length: 10_000 }, (_, index) => sensorOf(index % 20, `agent-${index}`))
      await store.writeSensors({ seen, gone: [] })
      expect(await store.loadSensors()).toHaveLength(10_000)
    })
  })
}

/** Few ids, so that they meet again. */
function anyChanges(): fc.Arbitrary<SensorChanges> {
  const accountId = fc.constantFrom(1, 2)
  const agentId = fc.constantFrom('a', 'B', 'b', '0.-_')
  const timeMs = fc.integer({ min: 0, max: 8_640_000_000_000_000 })
  const count = fc.maxSafeNat()
  const sensor = fc.record({
    accountId,
    agentId,
    keyId: fc.integer({ min: 1 }),
    lastSeenAtMs: timeMs,
    name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 255 }),
    version: fc.string({ minLength: 1, maxLength: 64 }),
    startedAtMs: timeMs,
    lastLineReadAtMs: fc.option(timeMs),
    lastEventAtMs: fc.option(timeMs),
    lagBytes: count,
    waitingAddresses: count,
    lastAcknowledgedAtMs: fc.option(timeMs),
    lastError: fc.option(fc.string({ unit: 'grapheme', maxLength: 500 })),
  })
  const all = fc.uniqueArray(fc.tuple(sensor, fc.boolean()), { maxLength: 6, selector: ([one]) => idOf(one) })
  return all.map((entries) => ({
    seen: entries.filter(([, isSeen]) => isSeen).map(([one]) => one),
    gone: entries
      .filter(([, isSeen]) => !isSeen)
      .map(([one]) => ({ accountId: one.accountId, agentId: one.agentId })),
  }))
}

function idOf({ accountId, agentId }: Pick<Sensor, 'accountId' | 'agentId'>): string {
  return `${accountId} ${agentId}`
}

function byId(sensors: readonly Sensor[]): Sensor[] {
  return sensors.toSorted((left, right) => (idOf(left) < idOf(right) ? -1 : 1))
}
