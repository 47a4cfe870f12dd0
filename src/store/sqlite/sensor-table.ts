import type Database from 'better-sqlite3'
import type { Sensor, SensorChanges } from '../../sensors/index.ts'

/** Which column holds what. */
const COLUMNS = {
  accountId: 'account',
  agentId: 'agent_id',
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
} as const satisfies Record<keyof Sensor, string>

/** The table `sensor`. */
export class SensorTable {
  readonly #select: Database.Statement<[], Sensor>
  readonly #write: Database.Transaction<(changes: SensorChanges) => void>

  constructor(database: Database.Database) {
    const fields = Object.entries(COLUMNS)
    this.#select = database.prepare(
      `SELECT ${fields.map(([field, column]) => `${column} AS ${field}`).join(', ')} FROM sensor`,
    )
    const replace = database.prepare<[Sensor]>(
      `REPLACE INTO sensor (${fields.map(([, column]) => column).join(', ')})
        VALUES (${fields.map(([field]) => `@${field}`).join(', ')})`,
    )
    const remove = database.prepare<[number, string]>('DELETE FROM sensor WHERE account = ? AND agent_id = ?')
    this.#write = database.transaction(({ seen, gone }) => {
      for (const sensor of seen) replace.run(sensor)
      for (const { accountId, agentId } of gone) remove.run(accountId, agentId)
    })
  }

  load(): readonly Sensor[] {
    return this.#select.all()
  }

  /** Writes all of it or nothing, with one fsync. */
  write(changes: SensorChanges): void {
    this.#write.immediate(changes)
  }
}
