import type { EnforcerReport } from '../../src/contract/index.ts'
import type { EnforcerRecord } from '../../src/roster/index.ts'

/** An enforcer that has just started. */
export function enforcerOf(
  accountId: number,
  memberId: string,
  rest: Partial<EnforcerRecord> = {},
): EnforcerRecord {
  return {
    accountId,
    memberId,
    keyId: 1,
    lastSeenAtMs: 1_795_521_600_000,
    name: 'edge-1',
    version: '0.1.0',
    firewall: 'nftables',
    startedAtMs: 1_795_521_500_000,
    revision: null,
    answeredAtMs: null,
    provedRevision: null,
    provedAtMs: null,
    checksum: null,
    decisions: null,
    auditedAtMs: null,
    intended: null,
    held: null,
    differing: null,
    repairs: 0,
    behindSinceMs: null,
    lastError: null,
    droppedPackets: 0,
    droppedBytes: 0,
    spared: 0,
    sparedNetworks: '',
    ...rest,
  }
}

/** What an enforcer sends that has just started. */
export function enforcerReportOf(enforcerId: string, rest: Partial<EnforcerReport> = {}): EnforcerReport {
  return {
    enforcer_id: enforcerId,
    name: 'edge-1',
    version: '0.1.0',
    firewall: 'nftables',
    started_at: 1_795_521_500_000,
    revision: null,
    answered_at: null,
    proved_revision: null,
    proved_at: null,
    checksum: null,
    decisions: null,
    audited_at: null,
    intended: null,
    held: null,
    differing: null,
    repairs: 0,
    behind_since: null,
    last_error: null,
    dropped_packets: 0,
    dropped_bytes: 0,
    spared: 0,
    spared_networks: [],
    ...rest,
  }
}
