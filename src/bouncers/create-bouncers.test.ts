import { beforeEach, describe, expect, it } from 'vitest'
import { ModelBouncer, valueOf } from '../../test/support/bouncer-model.ts'
import { BouncerDisk } from '../../test/support/bouncer-store-model.ts'
import { DecisionsHistory, ModelDecisions } from '../../test/support/decisions-model.ts'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { packRange } from '../ip/index.ts'
import { type BouncerRecord, openBouncerRoster, type Roster } from '../roster/index.ts'
import { silentLogger } from '../runtime/index.ts'
import type { BouncerCaller, Bouncers } from './bouncers.ts'
import { createBouncers } from './create-bouncers.ts'
import type { Handout } from './handout.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

let clock: ManualClock
let disk: BouncerDisk
let history: DecisionsHistory
let decisions: ModelDecisions
let bouncers: Bouncers
let roster: Roster<BouncerRecord>

beforeEach(async () => {
  clock = new ManualClock()
  disk = new BouncerDisk()
  history = new DecisionsHistory()
  decisions = new ModelDecisions(history, () => clock.nowMs())
  bouncers = await open()
})

/** The bouncers and what writes them behind, of one process. */
async function openOn(
  of: { readonly isShared: boolean; readonly decisions: ModelDecisions },
  limits = { mostPieces: 10, fewestBytes: 100_000 },
) {
  const store = disk.open(of)
  roster = await openBouncerRoster({ store, clock, logger: silentLogger })
  return createBouncers({ roster, store, decisions: of.decisions, clock, limits })
}

function open(): Promise<Bouncers> {
  return openOn({ isShared: false, decisions })
}

/** Blocks a network for some hours, or no longer; the latest call counts. */
function block(host: string, hours: number): void {
  history.setHost(`${host}/32`, hours === 0 ? 0 : clock.nowMs() + hours * HOUR)
  decisions.follow()
}

function callerOf(changes: Partial<BouncerCaller> = {}): BouncerCaller {
  return { accountId: 1, keyId: 1, name: 'x', address: '192.0.2.1', version: '', connection: {}, ...changes }
}

const sorted = (told: Iterable<{ range: Parameters<typeof valueOf>[0] }>) =>
  Array.from(told, ({ range }) => valueOf(range)).toSorted()

/** What is told, and that it arrived. */
async function pull(caller: BouncerCaller, isStart = false) {
  const handout = await bouncers.pull(caller, isStart)
  return read(handout)
}

function read(handout: Handout) {
  const answer = {
    blocked: sorted(handout.blocked(clock.nowMs())),
    deleted: sorted(handout.deleted(clock.nowMs())),
  }
  handout.delivered()
  handout.release()
  return answer
}

describe('a bouncer', () => {
  it('is told everything at its start, then what changed, again and again unless it proves that it knows', async () => {
    const silent = callerOf({ connection: undefined })
    const proving = callerOf({ address: '192.0.2.2' })
    block('8.8.8.8', 1)
    for (const caller of [silent, proving])
      expect(await pull(caller, true)).toEqual({ blocked: ['8.8.8.8'], deleted: [] })
    block('8.8.8.9', 1)
    block('8.8.8.8', 0)
    const both = { blocked: ['8.8.8.9'], deleted: ['8.8.8.8'] }
    for (const caller of [silent, proving]) expect(await pull(caller)).toEqual(both)
    expect(await pull(silent)).toEqual(both)
    // a deletion before its time is repeated all the same
    expect(await pull(proving)).toEqual({ blocked: [], deleted: ['8.8.8.8'] })
    for (let minute = 0; minute < 3; minute++) {
      await clock.advance(61_000)
      await pull(silent)
    }
    expect(await pull(silent)).toEqual({ blocked: [], deleted: [] })
  })

  it('whom nobody knows is told everything until it must have heard', async () => {
    const stranger = callerOf({ connection: undefined })
    block('8.8.8.8', 1)
    for (let minute = 0; minute < 3; minute++) {
      expect((await pull(stranger)).blocked).toEqual(['8.8.8.8'])
      await clock.advance(61_000)
    }
    expect((await pull(stranger)).blocked).toEqual([])
  })

  it('is known again after a kill right after its first answer', async () => {
    const caller = callerOf({ connection: undefined })
    block('8.8.8.8', 1)
    await pull(caller, true)
    bouncers = await open()
    expect(bouncers.list(1, clock.nowMs())).toMatchObject([{ address: '192.0.2.1', name: 'x' }])
    block('8.8.8.8', 0)
    expect(await pull(caller)).toEqual({ blocked: [], deleted: ['8.8.8.8'] })
  })

  it('hears of what has less than a second left as of what is gone, since it may hold it for longer', async () => {
    block('8.8.8.8', 1)
    await pull(callerOf(), true)
    block('8.8.8.8', 1.5 / 3600)
    await pull(callerOf({ address: '192.0.2.2' }), true)
    await clock.advance(900)
    expect(await pull(callerOf())).toEqual({ blocked: [], deleted: ['8.8.8.8'] })
  })

  it('on nftables keeps a network that begins as another does which gets another end', async () => {
    const caller = callerOf({ name: 'crowdsec-firewall-bouncer' })
    history.setNetworks(new Map([['8.8.8.0/24', clock.nowMs() + 20 * HOUR]]))
    block('8.8.8.0', 1)
    await pull(caller, true)
    block('8.8.8.0', 3)
    expect(await pull(caller)).toEqual({ blocked: ['8.8.8.0', '8.8.8.0/24'], deleted: ['8.8.8.0'] })
  })

  it('is told at most the end of a day, and another one in time', async () => {
    const model = new ModelBouncer('nftables')
    const caller = callerOf({ name: model.name })
    block('8.8.8.8', 10_000)
    let isStart = true
    for (let hour = 0; hour < 100; hour++) {
      const handout = await bouncers.pull(caller, isStart)
      isStart = false
      const now = clock.nowMs()
      const toTold = ({ range, seconds }: { range: Parameters<typeof valueOf>[0]; seconds: number }) => ({
        value: valueOf(range),
        seconds,
      })
      const answer = {
        new: Array.from(handout.blocked(now), toTold),
        deleted: Array.from(handout.deleted(now), toTold),
      }
      model.take(answer, now)
      handout.delivered()
      handout.release()
      const endMs = model.heldAt(now).get('8.8.8.8')!
      expect(endMs).toBeLessThanOrEqual(now + DAY)
      expect(endMs).toBeGreaterThan(now + 11 * HOUR)
      await clock.advance(HOUR)
    }
  })

  it('that was away for longer than what was taken back is kept is told everything', async () => {
    const away = callerOf()
    block('8.8.8.8', 1000)
    block('9.9.9.9', 1000)
    await pull(away, true)
    block('9.9.9.9', 0)
    await pull(callerOf({ address: '192.0.2.2' }))
    await clock.advance(3 * DAY + HOUR)
    for (let host = 1; host < 30; host++) {
      block(`8.8.8.${host}`, 1000)
      await pull(callerOf({ address: '192.0.2.2' }))
    }
    const answer = await pull(away)
    expect(answer.blocked).toHaveLength(29)
    expect(answer.deleted).toEqual([])
    expect(disk.pieces.length).toBeLessThan(15)
    bouncers = await open()
    expect(await pull(callerOf(), true)).toEqual(answer)
  })

  it('holds nothing of another account, and many may ask at once', async () => {
    block('8.8.8.8', 1)
    const all = Array.from({ length: 50 }, (_, index) => callerOf({ address: `192.0.2.${index}` }))
    const answers = await Promise.all(all.map((caller) => pull(caller, true)))
    expect(answers.every(({ blocked }) => blocked.join() === '8.8.8.8')).toBe(true)
    expect(bouncers.list(1, clock.nowMs())).toHaveLength(50)
    expect(bouncers.list(2, clock.nowMs())).toEqual([])
  })
})

describe('two services on one store', () => {
  it('tell what time brings although operations of other accounts alone come between', async () => {
    const openShared = async () => {
      const own = new ModelDecisions(history, () => clock.nowMs())
      own.follow()
      const opened = await openOn({ isShared: true, decisions: own })
      return { own, pull: async (isStart = false) => read(await opened.pull(callerOf(), isStart)) }
    }
    history.setHost('8.8.8.8/32', clock.nowMs() + HOUR)
    history.setHost('8.8.8.9/32', Number.POSITIVE_INFINITY)
    const first = await openShared()
    await first.pull(true)
    history.doNothing()
    first.own.follow()
    const second = await openShared()
    await clock.advance(1.5 * HOUR)
    expect((await second.pull()).deleted).toEqual(['8.8.8.8'])
    await clock.advance(12 * HOUR)
    expect((await first.pull()).blocked).toEqual(['8.8.8.9'])
  })
})

describe('what is looked up', () => {
  const find = async (relation: 'covers' | 'within', text?: string) => {
    const range = text === undefined ? undefined : packRange(text)!
    const found = await bouncers.find(callerOf(), { range, relation })
    found.release()
    return sorted(found.blocked(clock.nowMs()))
  }

  it('is what covers an address or network, or lies in it', async () => {
    history.setNetworks(new Map(['8.8.8.0/24', '8.8.0.0/16', '2a00::/32'].map((text) => [text, Infinity])))
    history.setSite('2a00::/48', new Map([['2a00::/64', Infinity]]), new Map([['2a00::5/128', Infinity]]))
    block('8.8.8.8', 1)
    expect(await find('covers', '8.8.8.8')).toEqual(['8.8.0.0/16', '8.8.8.0/24', '8.8.8.8'])
    expect(await find('covers', '8.8.9.0/24')).toEqual(['8.8.0.0/16'])
    expect(await find('covers', '9.9.9.9')).toEqual([])
    expect(await find('covers', '2a00::5')).toEqual(['2a00::/32', '2a00::/64', '2a00::5'])
    expect(await find('within', '8.8.8.0/23')).toEqual(['8.8.8.0/24', '8.8.8.8'])
    expect(await find('within', '::/0')).toEqual(['2a00::/32', '2a00::/64', '2a00::5'])
    expect(await find('within')).toHaveLength(6)
  })

  it('is at most a second old', async () => {
    expect(await find('covers', '8.8.8.8')).toEqual([])
    block('8.8.8.8', 1)
    await clock.advance(1000)
    expect(await find('covers', '8.8.8.8')).toEqual(['8.8.8.8'])
    block('8.8.8.8', 0)
    await clock.advance(1000)
    expect(await find('covers', '8.8.8.8')).toEqual([])
  })
})

describe('the list of bouncers', () => {
  it('tells who asked when, and what they told of themselves, and forgets who did not ask for 90 days', async () => {
    const metrics = [{ name: 'dropped', unit: 'packet', value: 7 }]
    await pull(callerOf({ version: 'v1' }), true)
    await clock.advance(10)
    bouncers.noteMetrics(callerOf({ version: 'v2' }), metrics)
    const seen = { version: 'v2', lastSeenAtMs: clock.nowMs(), metricsAtMs: clock.nowMs(), metrics }
    expect(bouncers.list(1, clock.nowMs())).toMatchObject([seen])
    await roster.close()
    bouncers = await open()
    expect(bouncers.list(1, clock.nowMs())).toMatchObject([seen])
    expect(bouncers.list(1, clock.nowMs() + 90 * DAY + 1)).toEqual([])
  })
})
