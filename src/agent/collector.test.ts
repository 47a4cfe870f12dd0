import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { captureLog } from '../../test/support/captured-logger.ts'
import { batchEndingAt, eventFrom } from '../../test/support/log-batch.ts'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { AgentState } from './agent-state.ts'
import { Collector } from './collector.ts'
import type { ReportForm } from './stored-batch.ts'

const FORM: ReportForm = { type: 'ABUSE', ttlSeconds: 60, tags: [], withTimes: true }
const RULES = { trackLogin: true, trackSession: false, acceptsPrivate: true, excluded: [] }

let directory: string
let state: AgentState
let clock: ManualClock
let stop: AbortController
let flushes: number
let collector: Collector
let timer: Promise<void>

async function take(offset: number, ...addresses: string[]): Promise<void> {
  await collector.take(
    '/log',
    batchEndingAt(
      offset,
      addresses.map((address) => eventFrom(address)),
    ),
    stop.signal,
  )
}

const waiting = () => state.waitingAddresses
const offset = () => state.positionOf('/log')?.offset

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-collector-'))
  state = new AgentState(join(directory, 'agent.db'))
  clock = new ManualClock()
  stop = new AbortController()
  flushes = 0
  collector = new Collector({
    state,
    rules: RULES,
    flushMs: 60_000,
    flushAddresses: 3,
    clock,
    logger: captureLog().logger,
    onFlushed: () => {
      flushes += 1
    },
  })
  timer = collector.runTimer(stop.signal)
  // both are known: what is read of a new log is recorded at once
  state.record(
    [],
    [
      ['/log', batchEndingAt(0, []).position!],
      ['/other', batchEndingAt(0, []).position!],
    ],
  )
})

afterEach(async () => {
  stop.abort()
  await timer
  state.close()
  rmSync(directory, { recursive: true })
})

describe('a flush', () => {
  it('comes by itself, a set time after the first address', async () => {
    await take(1, '192.0.2.1')
    await clock.advance(30_000)
    await take(2, '192.0.2.2')
    await clock.advance(29_999)
    expect(waiting()).toBe(0)
    expect(offset()).toBe(0)
    expect(collector.gathering).toEqual({ addresses: 2, dueAtMs: clock.nowMs() + 1 })
    await clock.advance(1)
    expect(collector.gathering).toBeUndefined()
    expect(waiting()).toBe(2)
    expect(offset()).toBe(2)
    expect(flushes).toBe(1)
  })

  it('comes at once with the set number of distinct addresses, whatever the number of events', async () => {
    await take(1, '192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2')
    expect(waiting()).toBe(0)
    await take(2, '192.0.2.1', '192.0.2.3')
    expect(waiting()).toBe(3)
    expect(offset()).toBe(2)
  })

  it('starts the time anew for the address after it', async () => {
    await take(1, '192.0.2.1')
    await clock.advance(50_000)
    await take(2, '192.0.2.2', '192.0.2.3')
    await take(3, '192.0.2.4')
    await clock.advance(59_999)
    expect(waiting()).toBe(3)
    await clock.advance(1)
    expect(waiting()).toBe(4)
  })

  it('records a position without an address as well, which does not hasten the addresses', async () => {
    await collector.take(
      '/log',
      batchEndingAt(1, [eventFrom('192.0.2.1', 'cowrie.command.input')]),
      stop.signal,
    )
    await clock.advance(59_000)
    await take(2, '192.0.2.1')
    await clock.advance(59_999)
    expect(offset()).toBe(0)
    await clock.advance(1)
    expect(offset()).toBe(2)
    await collector.take('/log', batchEndingAt(3, []), stop.signal)
    await clock.advance(60_000)
    expect(offset()).toBe(3)
    expect(flushes).toBe(1)
  })

  it('is not put off by a clock that is set back', async () => {
    await take(1, '192.0.2.1')
    clock.set(clock.nowMs() - 3_600_000)
    await clock.advance(120_000)
    expect(waiting()).toBe(1)
  })

  it('can be asked for', async () => {
    await take(1, '192.0.2.1')
    collector.flush()
    expect([waiting(), offset()]).toEqual([1, 1])
    await clock.advance(120_000)
    expect(flushes).toBe(1)
  })

  it('keeps each log its own position', async () => {
    await take(7, '192.0.2.1')
    await collector.take('/other', batchEndingAt(9, [eventFrom('192.0.2.2')]), stop.signal)
    collector.flush()
    expect([state.positionOf('/log')?.offset, state.positionOf('/other')?.offset]).toEqual([7, 9])
  })
})

describe('a log of which nothing is on disk', () => {
  it('is recorded at once, and reported when it is due', async () => {
    await collector.take('/new', batchEndingAt(4, [eventFrom('192.0.2.1')]), stop.signal)
    expect([waiting(), state.positionOf('/new')?.offset, flushes]).toEqual([1, 4, 0])
    await clock.advance(59_999)
    await collector.take('/new', batchEndingAt(5, [eventFrom('192.0.2.2')]), stop.signal)
    expect([waiting(), flushes]).toEqual([1, 0])
    await clock.advance(1)
    expect([waiting(), state.positionOf('/new')?.offset, flushes]).toEqual([2, 5, 1])
  })
})

describe('a disk that is full', () => {
  beforeEach(() => {
    const pages = state.read((database) => Number(database.pragma('page_count', { simple: true })))
    state.read((database) => database.pragma(`max_page_count = ${pages}`))
  })

  it('makes reading wait and loses nothing', async () => {
    const many = Array.from({ length: 2000 }, (_, i) => `2001:db8::${i.toString(16)}`)
    let isTaken = false
    const taking = take(5, ...many).then(() => {
      isTaken = true
    })
    await clock.untilSleeping()
    await clock.advance(10_000)
    expect([isTaken, waiting(), offset()]).toEqual([false, 0, 0])
    state.read((database) => database.pragma('max_page_count = 1000000'))
    await clock.advance(60_000)
    await taking
    expect([waiting(), offset()]).toEqual([2000, 5])
    expect(state.takeBatch(1, FORM)).toBeDefined()
  })

  it('does not keep the agent from stopping', async () => {
    const taking = take(5, ...Array.from({ length: 2000 }, (_, i) => `2001:db8::${i.toString(16)}`))
    await clock.untilSleeping()
    stop.abort()
    await taking
    expect(waiting()).toBe(0)
  })
})
