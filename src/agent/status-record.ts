import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { HoneyjamError, replaceFile } from '../runtime/index.ts'
import type { AgentStatus } from './status-board.ts'

const STATUS_FILE = 'status.json'
const OWNER_ONLY = 0o600

const instantMs = z.number()
const count = z.number()

const LogRecord = z.object({
  path: z.string(),
  last_line_at_ms: instantMs.nullable(),
  last_event_at_ms: instantMs.nullable(),
  lag_bytes: count.nullable(),
  lines: count,
  tracked_events: count,
})

const TargetRecord = z.object({
  target: z.string(),
  logs: z.array(LogRecord),
  waiting_addresses: count,
  totals: z.object({ requests: count, batches: count, addresses: count }),
  last_acknowledgement_at_ms: instantMs.nullable(),
  last_failure: z
    .object({
      at_ms: instantMs,
      kind: z.enum(['limited', 'refused', 'failed']),
      status: z.number().nullable(),
      reason: z.string(),
    })
    .nullable(),
  failures_in_a_row: count,
  failing_since_ms: instantMs.nullable(),
  next_attempt_at_ms: instantMs.nullable(),
  wait_reason: z.enum(['limit', 'asked', 'failed', 'refused']).nullable(),
})

/** What stands in `status.json`, see docs/reference/agent-state.md; times are epoch milliseconds. */
export const StatusRecord = z.object({
  version: z.literal(1),
  state: z.enum(['running', 'stopped']),
  pid: z.number(),
  started_at_ms: instantMs,
  written_at_ms: instantMs,
  targets: z.array(TargetRecord),
})
export type StatusRecord = z.infer<typeof StatusRecord>

/** Puts what the board says into the form of the file. */
export function recordOf(
  status: AgentStatus,
  { state, writtenAtMs }: { readonly state: StatusRecord['state']; readonly writtenAtMs: number },
): StatusRecord {
  return {
    version: 1,
    state,
    pid: process.pid,
    started_at_ms: status.startedAtMs,
    written_at_ms: writtenAtMs,
    targets: status.targets.map((target) => ({
      target: target.target,
      logs: target.logs.map((log) => ({
        path: log.path,
        last_line_at_ms: log.lastLineAtMs,
        last_event_at_ms: log.lastEventAtMs,
        lag_bytes: log.lagBytes,
        lines: log.lines,
        tracked_events: log.trackedEvents,
      })),
      waiting_addresses: target.waitingAddresses,
      totals: target.totals,
      last_acknowledgement_at_ms: target.lastAcknowledgementAtMs,
      last_failure: failureOf(target.lastFailure),
      failures_in_a_row: target.failuresInARow,
      failing_since_ms: target.failingSinceMs,
      next_attempt_at_ms: target.nextAttemptAtMs,
      wait_reason: target.waitReason,
    })),
  }
}

/**
 * Replaces `status.json`. It is not flushed to the disk, as nobody
 * needs it after a power cut. One writer at a time: the directory is locked.
 * @throws what the file system says: then the old one stands
 */
export function writeStatusRecord(directory: string, record: StatusRecord): void {
  replaceFile(join(directory, STATUS_FILE), `${JSON.stringify(record)}\n`, { mode: OWNER_ONLY })
}

/**
 * @returns `undefined` when no agent has written one, or when what stands there is not what this version writes
 * @throws HoneyjamError DIRECTORY_UNUSABLE this user may not read it
 */
export function readStatusRecord(directory: string): StatusRecord | undefined {
  const text = readIfPresent(join(directory, STATUS_FILE))
  if (text === undefined) return undefined
  try {
    return StatusRecord.safeParse(JSON.parse(text)).data
  } catch {
    // cut off by a power cut: the next agent writes it anew
    return undefined
  }
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new HoneyjamError('DIRECTORY_UNUSABLE', `cannot read ${JSON.stringify(path)}: ${message}`, {
      cause,
    })
  }
}

type Failure = AgentStatus['targets'][number]['lastFailure']

function failureOf(failure: Failure): StatusRecord['targets'][number]['last_failure'] {
  if (failure === null) return null
  const { atMs, kind, status, reason } = failure
  return { at_ms: atMs, kind, status, reason }
}
