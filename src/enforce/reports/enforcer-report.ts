import { hostname } from 'node:os'
import type { EnforcerReport } from '../../contract/index.ts'
import {
  MAX_LAST_ERROR_LENGTH,
  MAX_SENSOR_NAME_LENGTH,
  MAX_SPARED_NETWORKS,
} from '../../contract/terms/index.ts'
import type { BanKeeper } from '../ban-keeper.ts'
import type { FollowState } from '../follow-decisions.ts'
import { enforcerIdOf } from './enforcer-id.ts'

/** What cannot be printed. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu

/** What there is to say of an enforcer. */
export interface ReportSources {
  readonly firewall: string
  readonly version: string
  readonly startedAtMs: number
  readonly keeper: BanKeeper
  /** `undefined`: the service was not heard yet. */
  readonly followed: FollowState | undefined
}

/** What the service is told of an enforcer. */
export function enforcerReportOf({
  firewall,
  version,
  startedAtMs,
  keeper,
  followed,
}: ReportSources): EnforcerReport {
  const { lastAudit: audit, failure, withheld } = keeper
  const proof = followed?.proof
  return {
    enforcer_id: enforcerIdOf(firewall),
    name: hostname().replaceAll(UNPRINTABLE, '').slice(0, MAX_SENSOR_NAME_LENGTH) || 'unknown',
    version,
    firewall,
    started_at: startedAtMs,
    revision: followed?.revision ?? null,
    answered_at: followed?.answeredAtMs ?? null,
    proved_revision: proof?.revision ?? null,
    proved_at: proof?.atMs ?? null,
    checksum: proof?.checksum ?? null,
    decisions: proof?.count ?? null,
    audited_at: audit?.atMs ?? null,
    intended: audit?.intended ?? null,
    held: audit?.held ?? null,
    differing: audit === undefined ? null : differingOf(audit.difference),
    repairs: keeper.repairs,
    behind_since: failure?.sinceMs ?? null,
    last_error: errorText(failure?.reason ?? followed?.failure),
    dropped_packets: audit?.counters.packets ?? 0,
    dropped_bytes: audit?.counters.bytes ?? 0,
    spared: withheld.length,
    spared_networks: withheld.slice(0, MAX_SPARED_NETWORKS),
  }
}

/** What of a report is worth telling at once. */
export function newsOf({
  revision,
  behind_since,
  last_error,
  repairs,
  differing,
  spared,
}: EnforcerReport): string {
  return JSON.stringify([revision, behind_since, last_error, repairs, differing, spared])
}

function differingOf(difference: {
  readonly missing: number
  readonly surplus: number
  readonly wrongEnd: number
}): number {
  return difference.missing + difference.surplus + difference.wrongEnd
}

function errorText(reason: string | undefined): string | null {
  return reason === undefined ? null : reason.slice(0, MAX_LAST_ERROR_LENGTH).toWellFormed()
}
