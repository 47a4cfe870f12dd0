import { hostname } from 'node:os'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchEndingAt, eventFrom } from '../../test/support/log-batch.ts'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { Heartbeat } from '../contract/index.ts'
import { heartbeatOf } from './heartbeat-content.ts'
import { AgentStatusBoard } from './status-board.ts'

const TARGET = 'http://127.0.0.1:1/v1/ip'
const OTHER = 'http://127.0.0.1:2/v1/ip'
const IDENTITY = { agentId: 'a', version: '0.1.0' }
const TOTALS = { requests: 0, batches: 0, addresses: 0 }
const BATCH = { id: 1, idempotencyKey: 'k', report: { addresses: [], type: 'A', ttlSeconds: 1, tags: [] } }

function boardOf(clock = new ManualClock()): AgentStatusBoard {
  return new AgentStatusBoard({ clock })
}

const contentOf = (board: AgentStatusBoard, target = TARGET) =>
  heartbeatOf(board.snapshot(), target, IDENTITY)

describe('what a heartbeat says', () => {
  it('is little at the start, and what the contract takes', () => {
    const clock = new ManualClock()
    const content = contentOf(boardOf(clock))
    expect(content).toEqual({
      agent_id: 'a',
      name: hostname(),
      version: '0.1.0',
      started_at: clock.nowMs(),
      last_line_read_at: null,
      last_event_at: null,
      lag_bytes: 0,
      waiting_addresses: 0,
      last_acknowledged_at: null,
      last_error: null,
    })
    expect(Heartbeat.parse(content)).toEqual(content)
  })

  it('is the sum of all logs, and of this target alone', async () => {
    const clock = new ManualClock()
    const board = boardOf(clock)
    const atMs = clock.nowMs()
    const events = [{ ...eventFrom('192.0.2.1'), timestampMs: atMs - 2500 }]
    board.onProgress(TARGET, { waitingAddresses: 7, totals: TOTALS })
    board.onProgress(OTHER, { waitingAddresses: 9000, totals: TOTALS })
    board.onRead(TARGET, '/one', { ...batchEndingAt(1, events), lines: 3, lagBytes: 512 })
    await clock.advance(1000)
    board.onRead(TARGET, '/two', { ...batchEndingAt(1, []), lines: 1, lagBytes: 30 })
    board.onProgress(TARGET, {
      waitingAddresses: 4,
      totals: TOTALS,
      step: { kind: 'delivered', batch: BATCH },
    })
    expect(contentOf(board)).toMatchObject({
      last_line_read_at: atMs + 1000,
      last_event_at: atMs - 2500,
      lag_bytes: 542,
      waiting_addresses: 4,
      last_acknowledged_at: atMs + 1000,
    })
    expect(contentOf(board, OTHER)).toMatchObject({ lag_bytes: 0, waiting_addresses: 9000 })
  })

  it('names the error while reports are not taken', () => {
    const board = boardOf()
    const fail = { kind: 'refused', status: 403, reason: 'x'.repeat(600) } as const
    board.onProgress(TARGET, {
      waitingAddresses: 1,
      totals: TOTALS,
      step: { kind: 'undelivered', batch: BATCH, outcome: fail },
    })
    const { last_error: error } = Heartbeat.parse(contentOf(board))
    expect(error).toBe(`403 ${'x'.repeat(496)}`)
    board.onProgress(TARGET, {
      waitingAddresses: 0,
      totals: TOTALS,
      step: { kind: 'delivered', batch: BATCH },
    })
    expect(contentOf(board).last_error).toBeNull()
  })

  it('is taken by the service whatever time stands in the log', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer(), fc.maxSafeInteger())), (times) => {
        const board = boardOf()
        board.onProgress(TARGET, { waitingAddresses: 0, totals: TOTALS })
        for (const timestampMs of times) {
          board.onRead(TARGET, '/one', batchEndingAt(1, [{ ...eventFrom('192.0.2.1'), timestampMs }]))
        }
        Heartbeat.parse(contentOf(board))
      }),
    )
  })
})
