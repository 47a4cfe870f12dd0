import type { StatusRecord } from './status-schema.ts'

/** Whether somebody must look after an agent. */
export interface AgentHealth {
  readonly isRunning: boolean
  /** Runs, says so, and no target has been out of reach for long. */
  readonly isHealthy: boolean
  /** What is wrong; empty when healthy. */
  readonly problems: readonly AgentProblem[]
}

export type AgentProblem =
  | { readonly kind: 'not-running' }
  /** It holds its directory and has not written its status for too long. */
  | { readonly kind: 'silent'; readonly sinceMs: number | undefined }
  /** For too long no report was taken. */
  | { readonly kind: 'failing'; readonly target: string; readonly sinceMs: number }

/** Two of its minutes may be missed on a busy host. */
const LONGEST_SILENCE_MS = 150_000
/** A restart of the service or a short outage is nobody's concern. */
const LONGEST_FAILING_MS = 600_000

/**
 * Judges what an agent says of itself.
 * @param record its status, if it ever wrote one
 * @param isLocked whether a process holds its directory
 */
export function judgeHealth(record: StatusRecord | undefined, isLocked: boolean, nowMs: number): AgentHealth {
  const problems = isLocked ? problemsOf(record, nowMs) : [{ kind: 'not-running' } as const]
  return { isRunning: isLocked, isHealthy: problems.length === 0, problems }
}

function problemsOf(record: StatusRecord | undefined, nowMs: number): AgentProblem[] {
  // what a former process left says nothing of the one that runs
  if (record?.state !== 'running') return [{ kind: 'silent', sinceMs: record?.written_at_ms }]
  const isSilent = nowMs - record.written_at_ms > LONGEST_SILENCE_MS
  const failing = record.targets.flatMap(({ target, failing_since_ms: sinceMs }) => {
    const isLong = sinceMs !== null && nowMs - sinceMs > LONGEST_FAILING_MS
    return isLong ? [{ kind: 'failing', target, sinceMs } as const] : []
  })
  return [...(isSilent ? [{ kind: 'silent', sinceMs: record.written_at_ms } as const] : []), ...failing]
}
