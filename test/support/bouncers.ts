import type { BouncerRecord } from '../../src/roster/index.ts'

/** A bouncer that has asked once. */
export function bouncerRecordOf(
  accountId: number,
  memberId: string,
  rest: Partial<BouncerRecord> = {},
): BouncerRecord {
  return {
    accountId,
    memberId,
    keyId: 1,
    lastSeenAtMs: 1_795_521_600_000,
    name: 'crowdsec-firewall-bouncer',
    version: 'v0.0.25',
    address: '192.0.2.1',
    metricsAtMs: null,
    metrics: '[]',
    marks: '1',
    markedAtMs: 1_795_521_600_000,
    ...rest,
  }
}
