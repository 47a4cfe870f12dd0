import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type {
  BouncerRecord,
  EnforcerRecord,
  Member,
  MemberId,
  RosterChanges,
  RosterStore,
  Sensor,
} from '../../src/roster/index.ts'
import { bouncerRecordOf } from '../support/bouncers.ts'
import { enforcerOf } from '../support/enforcers.ts'
import { sensorOf } from '../support/sensors.ts'
import type { MakePlace, Place } from './place.ts'

/** A kind of members as the suite makes them. */
interface RosterKind<Kind extends Member> {
  readonly memberOf: (accountId: number, memberId: string) => Kind
  /** All but whose it is. */
  readonly anyRest: fc.Arbitrary<Omit<Kind, keyof MemberId>>
}

/** What every store of agents does. */
export function sensorStoreContract(name: string, makePlace: MakePlace<RosterStore<Sensor>>): void {
  rosterStoreContract(`agents in ${name}`, { memberOf: sensorOf, anyRest: anySensor() }, makePlace)
}

/** What every store of enforcers does. */
export function enforcerStoreContract(name: string, makePlace: MakePlace<RosterStore<EnforcerRecord>>): void {
  rosterStoreContract(`enforcers in ${name}`, { memberOf: enforcerOf, anyRest: anyEnforcer() }, makePlace)
}

/** What every store of bouncers does. */
export function bouncerStoreContract(name: string, makePlace: MakePlace<RosterStore<BouncerRecord>>): void {
  rosterStoreContract(`bouncers in ${name}`, { memberOf: bouncerRecordOf, anyRest: anyBouncer() }, makePlace)
}

function rosterStoreContract<Kind extends Member>(
  name: string,
  { memberOf, anyRest }: RosterKind<Kind>,
  makePlace: MakePlace<RosterStore<Kind>>,
): void {
  describe(`RosterStore: ${name}`, () => {
    let place: Place<RosterStore<Kind>>
    let store: RosterStore<Kind>

    beforeEach(async () => {
      place = await makePlace()
      store = await place.open()
    })

    afterEach(() => place.remove())

    it('is empty when it is new', async () => {
      expect(await store.load()).toEqual([])
    })

    it('holds after any writes, and when opened again, what a map would hold', async () => {
      const expected = new Map<string, Kind>()
      await fc.assert(
        fc.asyncProperty(anyChanges(anyRest), async (changes) => {
          await store.write(changes)
          for (const member of changes.seen) expected.set(idOf(member), member)
          for (const gone of changes.gone) expected.delete(idOf(gone))
          expect(byId(await store.load())).toEqual(byId([...expected.values()]))
        }),
        { numRuns: 50 },
      )
      store = await place.open()
      expect(byId(await store.load())).toEqual(byId([...expected.values()]))
    })

    it('writes a repeat without harm', async () => {
      const changes = { seen: [memberOf(1, 'a')], gone: [{ accountId: 1, memberId: 'b' }] }
      await store.write(changes)
      await store.write(changes)
      expect(await store.load()).toEqual(changes.seen)
    })

    it('keeps accounts apart that use the same id', async () => {
      await store.write({ seen: [memberOf(1, 'same'), memberOf(2, 'same')], gone: [] })
      await store.write({ seen: [], gone: [{ accountId: 1, memberId: 'same' }] })
      expect(await store.load()).toEqual([memberOf(2, 'same')])
    })

    it('takes ten thousand at once', async () => {
      const seen = Array.from({ length: 10_000 }, (_, index) => memberOf(index % 20, `member-${index}`))
      await store.write({ seen, gone: [] })
      expect(await store.load()).toHaveLength(10_000)
    })
  })
}

/** Few ids, so that they meet again. */
function anyChanges<Kind extends Member>(
  anyRest: RosterKind<Kind>['anyRest'],
): fc.Arbitrary<RosterChanges<Kind>> {
  const id = fc.record({
    accountId: fc.constantFrom(1, 2),
    memberId: fc.constantFrom('a', 'B', 'b', '0.-_'),
  })
  const all = fc.uniqueArray(fc.tuple(id, anyRest, fc.boolean()), {
    maxLength: 6,
    selector: ([one]) => idOf(one),
  })
  return all.map((entries) => ({
    seen: entries
      .filter(([, , isSeen]) => isSeen)
      .map(([one, rest]) => ({ ...rest, ...one }) as unknown as Kind),
    gone: entries.filter(([, , isSeen]) => !isSeen).map(([one]) => one),
  }))
}

const TIME_MS = fc.integer({ min: 0, max: 8_640_000_000_000_000 })
const COUNT = fc.maxSafeNat()

function anySensor(): RosterKind<Sensor>['anyRest'] {
  return fc.record({
    keyId: fc.integer({ min: 1 }),
    lastSeenAtMs: TIME_MS,
    name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 255 }),
    version: fc.string({ minLength: 1, maxLength: 64 }),
    startedAtMs: TIME_MS,
    lastLineReadAtMs: fc.option(TIME_MS),
    lastEventAtMs: fc.option(TIME_MS),
    lagBytes: COUNT,
    waitingAddresses: COUNT,
    lastAcknowledgedAtMs: fc.option(TIME_MS),
    lastError: fc.option(fc.string({ unit: 'grapheme', maxLength: 500 })),
  })
}

function anyBouncer(): RosterKind<BouncerRecord>['anyRest'] {
  const text = fc.string({ unit: 'grapheme', maxLength: 64 })
  return fc.record({
    keyId: fc.integer({ min: 1 }),
    lastSeenAtMs: TIME_MS,
    name: text,
    version: text,
    address: text,
    metricsAtMs: fc.option(TIME_MS),
    metrics: text,
    marks: text,
    markedAtMs: TIME_MS,
  })
}

function anyEnforcer(): RosterKind<EnforcerRecord>['anyRest'] {
  const text = fc.string({ unit: 'grapheme', maxLength: 64 })
  return fc.record({
    keyId: fc.integer({ min: 1 }),
    lastSeenAtMs: TIME_MS,
    name: text,
    version: text,
    firewall: text,
    startedAtMs: TIME_MS,
    revision: fc.option(text),
    answeredAtMs: fc.option(TIME_MS),
    provedRevision: fc.option(text),
    provedAtMs: fc.option(TIME_MS),
    checksum: fc.option(text),
    decisions: fc.option(COUNT),
    auditedAtMs: fc.option(TIME_MS),
    intended: fc.option(COUNT),
    held: fc.option(COUNT),
    differing: fc.option(COUNT),
    repairs: COUNT,
    behindSinceMs: fc.option(TIME_MS),
    lastError: fc.option(text),
    droppedPackets: COUNT,
    droppedBytes: COUNT,
    spared: COUNT,
    sparedNetworks: text,
  })
}

function idOf({ accountId, memberId }: MemberId): string {
  return `${accountId} ${memberId}`
}

function byId<Kind extends Member>(members: readonly Kind[]): Kind[] {
  return members.toSorted((left, right) => (idOf(left) < idOf(right) ? -1 : 1))
}
