import { afterEach, beforeEach, expect, it } from 'vitest'
import { captureLog, type LogLine } from '../../../test/support/captured-logger.ts'
import { enforcerReportOf } from '../../../test/support/enforcers.ts'
import { ManualClock } from '../../../test/support/manual-clock.ts'
import type { EnforcerReport } from '../../contract/index.ts'
import { HoneyjamError } from '../../runtime/index.ts'
import { runReports } from './run-reports.ts'

let clock: ManualClock
let stop: AbortController
let lines: LogLine[]
/** Seconds since the start, and what was said. */
let sent: [seconds: number, repairs: number][]
let current: EnforcerReport
let failure: Error | undefined
let running: Promise<void>

beforeEach(async () => {
  clock = new ManualClock()
  const startMs = clock.nowMs()
  stop = new AbortController()
  const log = captureLog()
  lines = log.lines
  sent = []
  current = enforcerReportOf('a')
  failure = undefined
  const send = async (report: EnforcerReport) => {
    sent.push([(clock.nowMs() - startMs) / 1000, report.repairs])
    if (failure !== undefined) throw failure
  }
  running = runReports({ content: () => current, send, clock, logger: log.logger }, stop.signal)
  await clock.untilSleeping()
})
afterEach(async () => {
  stop.abort()
  await running
})

it('go out at the start, every 30 s, and together within a second of changes', async () => {
  await clock.advance(30_000)
  current = { ...current, repairs: 1 }
  current = { ...current, repairs: 2, dropped_packets: 9 }
  await clock.advance(10_000)
  current = { ...current, dropped_packets: 10 }
  await clock.advance(21_000)
  expect(sent).toEqual([
    [0, 0],
    [30, 0],
    [31, 2],
    [61, 2],
  ])
})

it('are tried again after 5 s when the service is away, told once, and then hold what is true by then', async () => {
  failure = new Error('connect ECONNREFUSED')
  current = { ...current, repairs: 1 }
  await clock.advance(11_000)
  current = { ...current, repairs: 2 }
  failure = undefined
  await clock.advance(10_000)
  expect(sent).toEqual([
    [0, 0],
    [1, 1],
    [6, 1],
    [11, 1],
    [16, 2],
  ])
  expect(lines.filter(({ level }) => level >= 30)).toHaveLength(1)
})

it.each([
  [{ status: 404 }, 3600],
  [{ status: 429, retryAfterSeconds: 40 }, 40],
])('leave a service alone that answers %o', async (fields, seconds) => {
  failure = new HoneyjamError('API_REFUSED', 'no', { fields })
  current = { ...current, repairs: 1 }
  await clock.advance(1_000 + seconds * 1000 - 1)
  expect(sent).toHaveLength(2)
  await clock.advance(1)
  expect(sent).toHaveLength(3)
})
