import type { Report } from '../client/index.ts'
import type { Address } from '../ip/index.ts'
import type { BatchRow, PendingRow } from './agent-schema.ts'

/** What stands in every report besides the addresses. */
export interface ReportForm {
  readonly type: string
  readonly ttlSeconds: number
  readonly tags: readonly string[]
  /** Whether the times of the sightings go along. */
  readonly withTimes: boolean
}

/** One row of `batches` as stored: `[address, observedAtMs, sightings]`, newest first. */
export type Entry = readonly [address: Address, observedAtMs: number, sightings: number]

export interface StoredBatch {
  readonly id: number
  readonly idempotencyKey: string
  readonly entries: readonly Entry[]
  readonly form: ReportForm
  /** Attempts of which nobody knows whether the service took the batch. */
  readonly openAttempts: number
}

export function batchOf(row: BatchRow): StoredBatch {
  return {
    id: row.id,
    idempotencyKey: row.idempotency_key,
    entries: JSON.parse(row.entries) as Entry[],
    form: JSON.parse(row.form) as ReportForm,
    openAttempts: row.open_attempts,
  }
}

export function entryOf({ address, observed_at_ms, sightings }: PendingRow): Entry {
  return [address as Address, observed_at_ms, sightings]
}

export function newestFirst([addressA, atA]: Entry, [addressB, atB]: Entry): number {
  return atB - atA || (addressA < addressB ? -1 : 1)
}

export function reportOf({ entries, form: { type, ttlSeconds, tags, withTimes } }: StoredBatch): Report {
  const addresses = entries.map(([address]) => address)
  const report = { addresses, type, ttlSeconds, tags }
  return withTimes ? { ...report, observedAtMs: entries.map(([, observedAtMs]) => observedAtMs) } : report
}
