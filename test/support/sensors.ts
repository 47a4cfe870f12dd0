import type { Heartbeat } from '../../src/contract/index.ts'
import type { Sensor } from '../../src/roster/index.ts'

/** An agent that has just started. */
export function sensorOf(accountId: number, memberId: string, rest: Partial<Sensor> = {}): Sensor {
  return {
    accountId,
    memberId,
    keyId: 1,
    lastSeenAtMs: 1_795_521_600_000,
    name: 'honeypot-1',
    version: '0.1.0',
    startedAtMs: 1_795_521_500_000,
    lastLineReadAtMs: null,
    lastEventAtMs: null,
    lagBytes: 0,
    waitingAddresses: 0,
    lastAcknowledgedAtMs: null,
    lastError: null,
    ...rest,
  }
}

/** What an agent sends that has just started. */
export function heartbeatOf(agentId: string, rest: Partial<Heartbeat> = {}): Heartbeat {
  return {
    agent_id: agentId,
    name: 'honeypot-1',
    version: '0.1.0',
    started_at: 1_795_521_500_000,
    last_line_read_at: null,
    last_event_at: null,
    lag_bytes: 0,
    waiting_addresses: 0,
    last_acknowledged_at: null,
    last_error: null,
    ...rest,
  }
}
