import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { HoneyjamError, replaceFile } from '../runtime/index.ts'
import type { Gathering } from './agent-observer.ts'
import type { AgentStatus } from './status-board.ts'
import type { StatusRecord } from './status-schema.ts'

const STATUS_FILE = 'status.json'
const OWNER_ONLY = 0o600

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
      gathering: gatheringOf(target.gathering),
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
export async function readStatusRecord(directory: string): Promise<StatusRecord | undefined> {
  const text = readIfPresent(join(directory, STATUS_FILE))
  if (text === undefined) return undefined
  // an agent only writes it, and is smaller without the schema
  const { StatusRecord: schema } = await import('./status-schema.ts')
  try {
    return schema.safeParse(JSON.parse(text)).data
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

function gatheringOf(gathering: Gathering | null): StatusRecord['targets'][number]['gathering'] {
  return gathering === null ? null : { addresses: gathering.addresses, due_at_ms: gathering.dueAtMs }
}

function failureOf(failure: Failure): StatusRecord['targets'][number]['last_failure'] {
  if (failure === null) return null
  const { atMs, kind, status, reason } = failure
  return { at_ms: atMs, kind, status, reason }
}
