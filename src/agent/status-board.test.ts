import { beforeEach, describe, expect, it } from 'vitest'
import { batchEndingAt, eventFrom } from '../../test/support/log-batch.ts'
import { ManualClock } from '../../test/support/manual-clock.ts'
import type { TargetProgress } from './agent-observer.ts'
import type { Undelivered } from './delivery-log.ts'
import type { SendStep } from './sender.ts'
import { AgentStatusBoard } from './status-board.ts'

const HERE = 'http://127.0.0.1:1/v1/ip'
const THERE = 'http://127.0.0.1:2/v1/ip'
const BATCH = {
  id: 1,
  idempotencyKey: 'key',
  report: { addresses: [], type: 'ABUSE', ttlSeconds: 1, tags: [] },
}
const DELIVERED: SendStep = { kind: 'delivered', batch: BATCH }

let clock: ManualClock
let startedAtMs: number
let board: AgentStatusBoard

beforeEach(() => {
  clock = new ManualClock()
  startedAtMs = clock.nowMs()
  board = new AgentStatusBoard({ clock })
  for (const target of [HERE, THERE]) {
    board.onLogs(target, ['/log'])
    board.onProgress(target, progress())
  }
})

function progress(step?: SendStep, waitingAddresses = 0): TargetProgress {
  const totals = { requests: 0, batches: 0, addresses: 0 }
  return { waitingAddresses, totals, ...(step === undefined ? {} : { step }) }
}

function undelivered(outcome: Undelivered): SendStep {
  return { kind: 'undelivered', batch: BATCH, outcome }
}

const FAILED = undelivered({
  kind: 'failed',
  mayBeTaken: true,
  status: undefined,
  reason: 'ECONNREFUSED',
  retryAfterMs: undefined,
})
const LIMITED = undelivered({ kind: 'limited', reason: 'slow down', retryAfterMs: 1000 })
const REFUSED = undelivered({ kind: 'refused', status: 401, reason: 'who are you' })

const here = () => board.snapshot().targets[0]!

describe('a status board', () => {
  it('shows every target and log before anything was read', () => {
    const status = board.snapshot()
    expect(status.startedAtMs).toBe(startedAtMs)
    expect(status.targets.map(({ target }) => target)).toEqual([HERE, THERE])
    expect(status.targets[1]?.logs).toEqual([
      { path: '/log', lastLineAtMs: null, lastEventAtMs: null, lagBytes: null, lines: 0, trackedEvents: 0 },
    ])
  })

  it('goes on with its counts when another agent of the process begins, and shows only what that one has', () => {
    board.onRead(HERE, '/log', { ...batchEndingAt(5, []), lines: 3 })
    board.onRead(HERE, '/old', { ...batchEndingAt(5, []), lines: 7 })
    board.onProgress(HERE, progress(REFUSED))
    board.onProgress(HERE, progress({ kind: 'waiting', untilMs: 1, reason: 'refused' }))
    const failingSinceMs = clock.nowMs()
    clock.set(clock.nowMs() + 1000)
    board.beginRun()
    expect(board.snapshot().targets).toEqual([])
    board.onLogs(HERE, ['/log', '/new'])
    board.onProgress(HERE, progress())
    expect(board.snapshot()).toMatchObject({
      startedAtMs,
      targets: [
        {
          target: HERE,
          failuresInARow: 1,
          failingSinceMs,
          waitReason: null,
          logs: [
            { path: '/log', lines: 3 },
            { path: '/new', lines: 0 },
          ],
        },
      ],
    })
    board.onRead(HERE, '/log', { ...batchEndingAt(9, []), lines: 2 })
    expect(here().logs[0]).toMatchObject({ lines: 5 })
  })

  it('sums what is read, log by log and target by target', async () => {
    board.onRead(HERE, '/log', { ...batchEndingAt(5, [eventFrom('192.0.2.1')]), lines: 3, lagBytes: 70 })
    await clock.advance(1000)
    board.onRead(HERE, '/log', batchEndingAt(9, [eventFrom('192.0.2.1'), eventFrom('192.0.2.2')]))
    board.onRead(HERE, '/new', batchEndingAt(1, []))
    expect(here().logs).toMatchObject([
      { path: '/log', lines: 5, trackedEvents: 3, lagBytes: 0, lastLineAtMs: startedAtMs + 1000 },
      { path: '/new', lines: 0, lagBytes: 0, lastLineAtMs: null },
    ])
    expect(board.snapshot().targets[1]?.logs).toMatchObject([{ lines: 0, lagBytes: null }])
  })

  it('keeps the newest time of an event, whatever comes after it', () => {
    const events = [3000, 9000, undefined].map((timestampMs) => ({ ...eventFrom('192.0.2.1'), timestampMs }))
    board.onRead(HERE, '/log', batchEndingAt(1, events))
    expect(here().logs[0]?.lastEventAtMs).toBe(9000)
    board.onRead(HERE, '/log', batchEndingAt(2, events.slice(0, 1)))
    expect(here().logs[0]?.lastEventAtMs).toBe(9000)
  })

  it('tells what is gathered until it goes out or another agent begins', () => {
    const gathering = { addresses: 3, dueAtMs: startedAtMs + 60_000 }
    expect(here().gathering).toBeNull()
    board.onGathering(HERE, gathering)
    expect(here()).toMatchObject({ gathering, waitingAddresses: 0 })
    expect(board.snapshot().targets[1]?.gathering).toBeNull()
    board.onProgress(HERE, progress(FAILED, 7))
    expect(here().gathering).toEqual(gathering)
    board.onGathering(HERE, undefined)
    expect(here().gathering).toBeNull()
    board.onGathering(HERE, gathering)
    board.beginRun()
    board.onProgress(HERE, progress())
    expect(here().gathering).toBeNull()
  })

  it('counts failures in a row and knows since when', async () => {
    board.onProgress(HERE, progress(FAILED, 7))
    await clock.advance(60_000)
    board.onProgress(HERE, progress(REFUSED, 8))
    expect(here()).toMatchObject({
      waitingAddresses: 8,
      failuresInARow: 2,
      failingSinceMs: startedAtMs,
      lastFailure: { atMs: startedAtMs + 60_000, kind: 'refused', status: 401, reason: 'who are you' },
    })
    expect(board.snapshot().targets[1]).toMatchObject({ failuresInARow: 0, lastFailure: null })
  })

  it('ends the row at an acknowledgement, and still tells the last failure', () => {
    board.onProgress(HERE, progress(FAILED))
    board.onProgress(HERE, progress(DELIVERED))
    expect(here()).toMatchObject({
      failuresInARow: 0,
      failingSinceMs: null,
      lastAcknowledgementAtMs: startedAtMs,
      lastFailure: { kind: 'failed', status: null, reason: 'ECONNREFUSED' },
    })
  })

  it('does not take a request to slow down for a failure', () => {
    board.onProgress(HERE, progress(LIMITED))
    expect(here()).toMatchObject({
      failuresInARow: 0,
      failingSinceMs: null,
      lastFailure: { kind: 'limited', status: 429 },
    })
  })

  it('knows what the next attempt waits for until it is made', () => {
    const untilMs = startedAtMs + 4000
    board.onProgress(HERE, progress({ kind: 'waiting', untilMs, reason: 'asked' }))
    expect(here()).toMatchObject({ nextAttemptAtMs: untilMs, waitReason: 'asked' })
    board.onProgress(HERE, progress(undefined, 3))
    expect(here()).toMatchObject({ nextAttemptAtMs: untilMs, waitReason: 'asked', waitingAddresses: 3 })
    board.onProgress(HERE, progress(DELIVERED))
    expect(here()).toMatchObject({ nextAttemptAtMs: null, waitReason: null })
  })

  it('hands out plain data', () => {
    board.onProgress(HERE, progress(FAILED))
    const status = board.snapshot()
    expect(JSON.parse(JSON.stringify(status))).toEqual(status)
  })
})
