import { hostname } from 'node:os'
import type { Heartbeat } from '../client/index.ts'
import { MAX_INSTANT_MS, MAX_LAST_ERROR_LENGTH, MAX_SENSOR_NAME_LENGTH } from '../contract/terms/index.ts'
import type { AgentStatus, TargetStatus } from './status-board.ts'

/** Who says it. */
export interface AgentIdentity {
  readonly agentId: string
  /** 1..64 printable characters. */
  readonly version: string
}

/** What cannot be printed. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu

/** What the service at `target` is told: the part of the agent that works for it. */
export function heartbeatOf(
  { startedAtMs, targets }: AgentStatus,
  target: string,
  { agentId, version }: AgentIdentity,
): Heartbeat {
  const part = targets.find((one) => one.target === target)
  const logs = part?.logs ?? []
  return {
    agent_id: agentId,
    name: hostname().replaceAll(UNPRINTABLE, '').slice(0, MAX_SENSOR_NAME_LENGTH) || 'unknown',
    version,
    started_at: startedAtMs,
    last_line_read_at: newest(logs.map(({ lastLineAtMs }) => lastLineAtMs)),
    last_event_at: newest(logs.map(({ lastEventAtMs }) => lastEventAtMs)),
    lag_bytes: logs.reduce((sum, { lagBytes }) => sum + (lagBytes ?? 0), 0),
    waiting_addresses: part?.waitingAddresses ?? 0,
    last_acknowledged_at: part?.lastAcknowledgementAtMs ?? null,
    last_error: part === undefined ? null : errorOf(part),
  }
}

/** Whoever wrote the log chose the times in it: those that the wire does not carry are left out. */
function newest(times: readonly (number | null)[]): number | null {
  const fit = times.filter((time) => time !== null && time >= 0 && time <= MAX_INSTANT_MS)
  return fit.length === 0 ? null : Math.max(...fit.map(Number))
}

/** A failure is told while no report has been taken since. */
function errorOf({ failingSinceMs, lastFailure }: TargetStatus): string | null {
  if (failingSinceMs === null || lastFailure === null) return null
  const { status, reason } = lastFailure
  const text = status === null ? reason : `${status} ${reason}`.trim()
  return text.slice(0, MAX_LAST_ERROR_LENGTH).toWellFormed()
}
