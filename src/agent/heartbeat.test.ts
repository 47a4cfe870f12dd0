import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { captureLog, type LogLine } from '../../test/support/captured-logger.ts'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { heartbeatOf } from '../../test/support/sensors.ts'
import type { Heartbeat, HeartbeatOutcome } from '../client/index.ts'
import { type RunHeartbeatOptions, runHeartbeat } from './heartbeat.ts'

const HOUR_MS = 3_600_000
const TAKEN: HeartbeatOutcome = { kind: 'taken' }
const UNKNOWN: HeartbeatOutcome = { kind: 'unknown' }

let clock: ManualClock
let stop: AbortController
let lines: LogLine[]
/** When each was sent, from the start, in milliseconds. */
let sentAtMs: number[]
let outcome: HeartbeatOutcome
let running: Promise<void>

function failed(retryAfterMs?: number): HeartbeatOutcome {
  return { kind: 'failed', reason: 'connect ECONNREFUSED', retryAfterMs }
}

async function start(options: Partial<RunHeartbeatOptions> = {}): Promise<void> {
  const startMs = clock.nowMs()
  const log = captureLog()
  lines = log.lines
  running = runHeartbeat({
    send: async () => {
      sentAtMs.push(clock.nowMs() - startMs)
      return outcome
    },
    content: () => heartbeatOf('a'),
    clock,
    logger: log.logger,
    signal: stop.signal,
    random: () => 0.5,
    ...options,
  })
  await clock.untilSleeping()
}

beforeEach(() => {
  clock = new ManualClock()
  stop = new AbortController()
  sentAtMs = []
  outcome = TAKEN
})
afterEach(async () => {
  stop.abort()
  await running
})

describe('heartbeats', () => {
  it('go out at the start and once a minute, with what is true then', async () => {
    const sent: Heartbeat[] = []
    let waiting = 0
    await start({
      content: () => heartbeatOf('a', { waiting_addresses: waiting++ }),
      send: async (heartbeat) => {
        sent.push(heartbeat)
        return TAKEN
      },
    })
    expect(sent.map(({ waiting_addresses }) => waiting_addresses)).toEqual([0])
    await clock.advance(59_999)
    expect(sent).toHaveLength(1)
    await clock.advance(1)
    expect(sent.map(({ waiting_addresses }) => waiting_addresses)).toEqual([0, 1])
    expect(lines).toEqual([])
  })

  it.each([
    [0, 54_000],
    [0.999_999, 65_999],
  ])('come a tenth earlier or later: random %d', async (random, intervalMs) => {
    await start({ random: () => random })
    expect(clock.nextWakeMs! - clock.nowMs()).toBeCloseTo(intervalMs, -1)
  })

  it('ask a server that knows none again after an hour, told once and quietly', async () => {
    outcome = UNKNOWN
    await start()
    await clock.advance(HOUR_MS - 1)
    expect(sentAtMs).toEqual([0])
    await clock.advance(1)
    expect(sentAtMs).toEqual([0, HOUR_MS])
    await clock.advance(HOUR_MS)
    // 20 is debug
    expect(lines.map(({ level }) => level)).toEqual([20])
    outcome = TAKEN
    await clock.advance(HOUR_MS + 60_000)
    expect(sentAtMs).toEqual([0, 1, 2, 3].map((hours) => hours * HOUR_MS).concat(3 * HOUR_MS + 60_000))
  })

  it('go on when they fail, which is told once until one is taken again', async () => {
    outcome = failed()
    await start()
    await clock.advance(180_000)
    expect(sentAtMs).toHaveLength(4)
    expect(lines.map(({ level, reason }) => [level, reason])).toEqual([[30, 'connect ECONNREFUSED']])
    outcome = TAKEN
    await clock.advance(60_000)
    outcome = failed()
    await clock.advance(60_000)
    expect(lines).toHaveLength(2)
  })

  it('wait as long as the service asks, but an hour at most', async () => {
    outcome = failed(90_000)
    await start()
    await clock.advance(89_999)
    expect(sentAtMs).toEqual([0])
    outcome = failed(10 * HOUR_MS)
    await clock.advance(1)
    expect(sentAtMs).toEqual([0, 90_000])
    await clock.advance(HOUR_MS)
    expect(sentAtMs).toHaveLength(3)
  })

  it('bear that there is nothing to say', async () => {
    let isBroken = true
    await start({
      content: () => {
        if (isBroken) throw new Error('ENOSPC: no space left on device')
        return heartbeatOf('a')
      },
    })
    expect(sentAtMs).toEqual([])
    expect(lines).toMatchObject([{ level: 30, reason: 'Error: ENOSPC: no space left on device' }])
    isBroken = false
    await clock.advance(60_000)
    expect(sentAtMs).toEqual([60_000])
  })

  it('end at once, also with one under way', async () => {
    let given: AbortSignal | undefined
    running = runHeartbeat({
      send: async (_, signal) => {
        given = signal
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve)
        })
        return failed()
      },
      content: () => heartbeatOf('a'),
      clock,
      logger: captureLog().logger,
      signal: stop.signal,
    })
    stop.abort()
    await running
    expect(given?.aborted).toBe(true)
  })
})
