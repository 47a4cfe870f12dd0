import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { type RequestPermit, RequestTimes } from './request-times.ts'

const HOUR_MS = 3_600_000
const START_MS = Date.UTC(2026, 10, 24)

let directory: string
let times: RequestTimes

function open(requestsPerMinute = 2, keyId = 'a', file = 'requests.db'): RequestTimes {
  return new RequestTimes(join(directory, file), { keyId, requestsPerMinute })
}

function finish(permit: RequestPermit, atMs: number): void {
  if (permit.kind === 'wait') throw new Error('not begun')
  times.end(permit.requestId, atMs)
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-times-'))
  times = open()
})

afterEach(() => {
  times.close()
  rmSync(directory, { recursive: true })
})

describe('the limit of a key', () => {
  it('lets requests begin until the window is full, then names the time when it is not', () => {
    finish(times.begin(START_MS), START_MS + 500)
    finish(times.begin(START_MS + 1000), START_MS + 1500)
    expect(times.begin(START_MS + 2000)).toEqual({
      kind: 'wait',
      untilMs: START_MS + 60_600,
      reason: 'limit',
    })
    expect(times.begin(START_MS + 60_599)).toMatchObject({ kind: 'wait' })
    expect(times.begin(START_MS + 60_600)).toMatchObject({ kind: 'begun' })
  })

  it('holds over a restart, also for a request that was killed', () => {
    times.begin(START_MS)
    times.begin(START_MS)
    times.close()
    times = open()
    expect(times.begin(START_MS + 1)).toMatchObject({ kind: 'wait', untilMs: START_MS + 60_100 })
  })

  it('holds for all who share the file, and for each key apart', () => {
    const beside = open()
    const other = open(2, 'b')
    times.begin(START_MS)
    beside.begin(START_MS)
    expect(times.begin(START_MS)).toMatchObject({ kind: 'wait' })
    expect(other.begin(START_MS)).toMatchObject({ kind: 'begun' })
    beside.close()
    other.close()
  })

  it('does not wait for a clock that was set back by an hour to come back', () => {
    times.begin(START_MS)
    times.begin(START_MS)
    expect(times.begin(START_MS - HOUR_MS)).toMatchObject({ untilMs: START_MS - HOUR_MS + 60_100 })
    expect(times.begin(START_MS - HOUR_MS + 60_100)).toMatchObject({ kind: 'begun' })
  })
})

describe('a wait that the service asked for', () => {
  it('holds until its end, also over a restart', () => {
    times.hold(START_MS + 5000, START_MS)
    times.close()
    times = open()
    expect(times.begin(START_MS + 4999)).toEqual({ kind: 'wait', untilMs: START_MS + 5000, reason: 'asked' })
    expect(times.begin(START_MS + 5000)).toMatchObject({ kind: 'begun' })
  })

  it('is cut to an hour', () => {
    times.hold(START_MS + 1000 * HOUR_MS, START_MS)
    expect(times.begin(START_MS)).toMatchObject({ untilMs: START_MS + HOUR_MS })
  })

  it('is cut to an hour when the clock is set back', () => {
    times.hold(START_MS + HOUR_MS, START_MS)
    expect(times.begin(START_MS - 9 * HOUR_MS)).toMatchObject({ untilMs: START_MS - 8 * HOUR_MS })
  })
})

test('the service never counts more than the limit in any 60 s, however long its answers take', () => {
  const request = fc.record({ pauseMs: fc.nat({ max: 40_000 }), arrivesAfterMs: fc.nat({ max: 3000 }) })
  fc.assert(
    fc.property(
      fc.array(request, { maxLength: 30 }),
      fc.integer({ min: 1, max: 6 }),
      fc.nat(),
      (requests, limit, run) => {
        const file = `run-${run}-${Math.random()}.db`
        const limiter = open(limit, 'a', file)
        const arrivals: number[] = []
        let nowMs = START_MS
        for (const { pauseMs, arrivesAfterMs } of requests) {
          nowMs += pauseMs
          let permit = limiter.begin(nowMs)
          while (permit.kind === 'wait') {
            nowMs = permit.untilMs
            permit = limiter.begin(nowMs)
          }
          nowMs += arrivesAfterMs
          arrivals.push(nowMs)
          limiter.end(permit.requestId, nowMs)
        }
        limiter.close()
        for (const [i, arrival] of arrivals.entries()) {
          expect(arrival - (arrivals[i - limit] ?? -Infinity)).toBeGreaterThan(60_000)
        }
      },
    ),
    { numRuns: 50 },
  )
})
