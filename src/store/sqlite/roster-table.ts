import type Database from 'better-sqlite3'
import type { BouncerRecord, EnforcerRecord, Member, RosterChanges, Sensor } from '../../roster/index.ts'

/** Which column holds what. */
export type RosterColumns<Kind extends Member> = Readonly<Record<keyof Kind & string, string>>

export const SENSOR_COLUMNS: RosterColumns<Sensor> = {
  accountId: 'account',
  memberId: 'agent_id',
  keyId: 'key_id',
  lastSeenAtMs: 'last_seen_ms',
  name: 'name',
  version: 'version',
  startedAtMs: 'started_at_ms',
  lastLineReadAtMs: 'last_line_read_ms',
  lastEventAtMs: 'last_event_ms',
  lagBytes: 'lag_bytes',
  waitingAddresses: 'waiting_addresses',
  lastAcknowledgedAtMs: 'last_acknowledged_ms',
  lastError: 'last_error',
}

export const ENFORCER_COLUMNS: RosterColumns<EnforcerRecord> = {
  accountId: 'account',
  memberId: 'enforcer_id',
  keyId: 'key_id',
  lastSeenAtMs: 'last_seen_ms',
  name: 'name',
  version: 'version',
  firewall: 'firewall',
  startedAtMs: 'started_at_ms',
  revision: 'revision',
  answeredAtMs: 'answered_ms',
  provedRevision: 'proved_revision',
  provedAtMs: 'proved_ms',
  checksum: 'checksum',
  decisions: 'decisions',
  auditedAtMs: 'audited_ms',
  intended: 'intended',
  held: 'held',
  differing: 'differing',
  repairs: 'repairs',
  behindSinceMs: 'behind_since_ms',
  lastError: 'last_error',
  droppedPackets: 'dropped_packets',
  droppedBytes: 'dropped_bytes',
  spared: 'spared',
  sparedNetworks: 'spared_networks',
}

export const BOUNCER_COLUMNS: RosterColumns<BouncerRecord> = {
  accountId: 'account',
  memberId: 'bouncer_id',
  keyId: 'key_id',
  lastSeenAtMs: 'last_seen_ms',
  name: 'name',
  version: 'version',
  address: 'address',
  metricsAtMs: 'metrics_at_ms',
  metrics: 'metrics',
  marks: 'marks',
  markedAtMs: 'marked_at_ms',
}

/** A table of members of one kind. */
export class RosterTable<Kind extends Member> {
  readonly #select: Database.Statement<[], Kind>
  readonly #write: Database.Transaction<(changes: RosterChanges<Kind>) => void>

  constructor(database: Database.Database, table: string, columns: RosterColumns<Kind>) {
    const fields = Object.entries<string>(columns)
    this.#select = database.prepare(
      `SELECT ${fields.map(([field, column]) => `${column} AS ${field}`).join(', ')} FROM ${table}`,
    )
    const replace = database.prepare<[Kind]>(
      `REPLACE INTO ${table} (${fields.map(([, column]) => column).join(', ')})
        VALUES (${fields.map(([field]) => `@${field}`).join(', ')})`,
    )
    const remove = database.prepare<[number, string]>(
      `DELETE FROM ${table} WHERE account = ? AND ${columns.memberId} = ?`,
    )
    this.#write = database.transaction(({ seen, gone }) => {
      for (const member of seen) replace.run(member)
      for (const { accountId, memberId } of gone) remove.run(accountId, memberId)
    })
  }

  load(): readonly Kind[] {
    return this.#select.all()
  }

  /** Writes all of it or nothing, with one fsync. */
  write(changes: RosterChanges<Kind>): void {
    this.#write.immediate(changes)
  }
}
