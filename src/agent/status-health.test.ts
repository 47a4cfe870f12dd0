import { describe, expect, it } from 'vitest'
import { judgeHealth } from './status-health.ts'
import type { StatusRecord } from './status-schema.ts'

const NOW_MS = Date.UTC(2026, 10, 24, 12)

function record(changes: Partial<StatusRecord> = {}, failingSinceMs: number | null = null): StatusRecord {
  return {
    version: 1,
    state: 'running',
    pid: 1,
    started_at_ms: NOW_MS - 3_600_000,
    written_at_ms: NOW_MS,
    targets: [
      {
        target: 'http://127.0.0.1:1/v1/ip',
        logs: [],
        waiting_addresses: 0,
        gathering: null,
        totals: { requests: 0, batches: 0, addresses: 0 },
        last_acknowledgement_at_ms: null,
        last_failure: null,
        failures_in_a_row: 0,
        failing_since_ms: failingSinceMs,
        next_attempt_at_ms: null,
        wait_reason: null,
      },
    ],
    ...changes,
  }
}

const kinds = (status: StatusRecord | undefined, isLocked = true) =>
  judgeHealth(status, isLocked, NOW_MS).problems.map(({ kind }) => kind)

describe('the health of an agent', () => {
  it('is good while it runs and says so', () => {
    expect(judgeHealth(record(), true, NOW_MS)).toEqual({ isRunning: true, isHealthy: true, problems: [] })
  })

  it('is bad when nobody holds the directory, whatever the status says', () => {
    expect(judgeHealth(record(), false, NOW_MS)).toMatchObject({ isRunning: false, isHealthy: false })
    expect(kinds(undefined, false)).toEqual(['not-running'])
  })

  it('is bad after 150 seconds of silence', () => {
    expect(kinds(record({ written_at_ms: NOW_MS - 150_000 }))).toEqual([])
    expect(kinds(record({ written_at_ms: NOW_MS - 150_001 }))).toEqual(['silent'])
  })

  it('is bad when the one that runs has not said a word', () => {
    expect(kinds(undefined)).toEqual(['silent'])
    expect(kinds(record({ state: 'stopped' }))).toEqual(['silent'])
  })

  it('is bad after ten minutes without a report taken, and not before', () => {
    expect(kinds(record({}, NOW_MS - 600_000))).toEqual([])
    expect(kinds(record({}, NOW_MS - 600_001))).toEqual(['failing'])
  })

  it('is not mistaken when the clock was set back', () => {
    expect(kinds(record({ written_at_ms: NOW_MS + 3_600_000 }, NOW_MS + 3_600_000))).toEqual([])
  })
})
