import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { captureLog, type LogLine } from '../../test/support/captured-logger.ts'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { sensorOf } from '../../test/support/sensors.ts'
import { HoneyjamError, silentLogger } from '../runtime/index.ts'
import { MAX_MEMBERS } from './member-table.ts'
import { openSensors } from './open-roster.ts'
import type { RosterChanges, RosterStore } from './ports.ts'
import type { Roster } from './roster.ts'
import type { Sensor } from './sensor.ts'

const DAY_MS = 86_400_000

/** Keeps sensors as a database would, and can refuse to. */
class FakeStore implements RosterStore<Sensor> {
  isShared = false
  readonly writes: RosterChanges<Sensor>[] = []
  isBroken = false
  readonly #sensors = new Map<string, Sensor>()

  async load(): Promise<readonly Sensor[]> {
    return [...this.#sensors.values()]
  }

  async write(changes: RosterChanges<Sensor>): Promise<void> {
    if (this.isBroken) throw new HoneyjamError('STORE_UNAVAILABLE', 'no space left')
    this.writes.push(changes)
    for (const one of changes.seen) this.#sensors.set(`${one.accountId} ${one.memberId}`, one)
    for (const one of changes.gone) this.#sensors.delete(`${one.accountId} ${one.memberId}`)
  }

  get ids(): string[] {
    return [...this.#sensors.keys()]
  }
}

let clock: ManualClock
let store: FakeStore
let sensors: Roster<Sensor>
let lines: LogLine[]

beforeEach(async () => {
  clock = new ManualClock()
  store = new FakeStore()
  const log = captureLog()
  lines = log.lines
  sensors = await openSensors({ store, clock, logger: log.logger })
})
afterEach(() => sensors.close())

function note(accountId: number, memberId: string): void {
  sensors.note(sensorOf(accountId, memberId), { accountId, keyId: 7, nowMs: clock.nowMs() })
}

const idsOf = (accountId: number) => sensors.list(accountId, clock.nowMs()).map(({ memberId }) => memberId)

describe('the agents of an account', () => {
  it('stand there with key and time of their last heartbeat, the last one seen first', async () => {
    note(1, 'a')
    await clock.advance(1000)
    note(1, 'b')
    await clock.advance(1000)
    note(1, 'a')
    expect(idsOf(1)).toEqual(['a', 'b'])
    expect(sensors.list(1, clock.nowMs())[0]).toEqual(
      sensorOf(1, 'a', { keyId: 7, lastSeenAtMs: clock.nowMs() }),
    )
  })

  it('are not those of another, whatever they call themselves', () => {
    note(1, 'same')
    note(2, 'same')
    note(2, 'b')
    expect(idsOf(1)).toEqual(['same'])
    expect(idsOf(2)).toEqual(['b', 'same'])
    expect(idsOf(3)).toEqual([])
  })

  it('are 1,000 at most: the one longest unseen makes room, is counted and told once', async () => {
    note(2, 'elsewhere')
    for (let index = 0; index < MAX_MEMBERS; index++) note(1, `agent-${index}`)
    await clock.advance(60_000)
    note(1, 'agent-0')
    expect(sensors.displaced(1)).toBe(0)
    note(1, 'new')
    note(1, 'newer')
    expect(idsOf(1)).toHaveLength(MAX_MEMBERS)
    expect(idsOf(1)).not.toContain('agent-1')
    expect(idsOf(1)).not.toContain('agent-2')
    expect(idsOf(1).slice(0, 3)).toEqual(['newer', 'new', 'agent-0'])
    expect(sensors.displaced(1)).toBe(2)
    expect(idsOf(2)).toEqual(['elsewhere'])
    expect(lines.filter(({ level }) => level >= 40)).toHaveLength(1)
    await sensors.close()
    expect(store.ids).toHaveLength(MAX_MEMBERS + 1)
    expect(store.ids).not.toContain('1 agent-1')
  })

  it('that made room are not read back in the place of others where several processes share the store', async () => {
    store.isShared = true
    for (let index = 0; index < MAX_MEMBERS; index++) note(1, `agent-${index}`)
    await clock.advance(60_000)
    note(1, 'new')
    await clock.advance(60_000)
    expect(idsOf(1)).toHaveLength(MAX_MEMBERS)
    expect(idsOf(1)).toContain('new')
    expect(idsOf(1)).not.toContain('agent-0')
    expect(store.ids).toHaveLength(MAX_MEMBERS)
    expect(store.ids).toContain('1 new')
    expect(store.ids).not.toContain('1 agent-0')
  })

  it('are forgotten when unseen for 90 days, also on disk', async () => {
    note(1, 'old')
    await clock.advance(60 * DAY_MS)
    note(1, 'young')
    await clock.advance(30 * DAY_MS)
    expect(idsOf(1)).toEqual(['young', 'old'])
    await clock.advance(60_000)
    expect(idsOf(1)).toEqual(['young'])
    expect(store.ids).toEqual(['1 young'])
  })
})

describe('what is written behind', () => {
  it('goes out after 30 seconds, all changes at once, and nothing when nothing has changed', async () => {
    note(1, 'a')
    note(1, 'a')
    note(2, 'b')
    await clock.advance(29_999)
    expect(store.writes).toEqual([])
    await clock.advance(1)
    expect(store.writes.map(({ seen, gone }) => [seen.length, gone.length])).toEqual([[2, 0]])
    await clock.advance(600_000)
    expect(store.writes).toHaveLength(1)
  })

  it('is there again after a clean stop', async () => {
    note(1, 'b')
    await clock.advance(10)
    note(1, 'a')
    await sensors.close()
    const seen = sensors.list(1, clock.nowMs())
    sensors = await openSensors({ store, clock, logger: silentLogger })
    expect(sensors.list(1, clock.nowMs())).toEqual(seen)
    await clock.advance(600_000)
    expect(store.writes).toHaveLength(1)
  })

  it('waits while the store takes nothing, told once, and is then written as it is by then', async () => {
    note(1, 'a')
    note(1, 'b')
    store.isBroken = true
    await clock.advance(120_000)
    note(1, 'a')
    const seenAtMs = clock.nowMs()
    expect(lines.filter(({ level }) => level >= 40)).toHaveLength(1)
    store.isBroken = false
    await clock.advance(30_000)
    expect(store.writes).toHaveLength(1)
    expect(store.writes[0]!.seen.map(({ memberId }) => memberId).toSorted()).toEqual(['a', 'b'])
    expect(store.writes[0]!.seen.find(({ memberId }) => memberId === 'a')).toMatchObject({
      lastSeenAtMs: seenAtMs,
    })
  })

  it('that report to another process on the same store show up, and are not forgotten here', async () => {
    const shared = new FakeStore()
    shared.isShared = true
    const both = [1, 2].map(() => openSensors({ store: shared, clock, logger: silentLogger }))
    const [here, there] = (await Promise.all(both)) as [Roster<Sensor>, Roster<Sensor>]
    const from = () => ({ accountId: 1, keyId: 7, nowMs: clock.nowMs() })
    here.note(sensorOf(1, 'a'), from())
    await clock.advance(30_000)
    for (let day = 0; day < 100; day++) {
      there.note(sensorOf(1, 'b'), from())
      await clock.advance(DAY_MS)
    }
    expect(here.list(1, clock.nowMs()).map(({ memberId }) => memberId)).toEqual(['b'])
    expect(shared.ids).toEqual(['1 b'])
    await Promise.all([here.close(), there.close()])
  })
})
