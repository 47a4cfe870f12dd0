import { randomUUID } from 'node:crypto'
import type Database from 'better-sqlite3'

/** See docs/reference/agent-state.md. */
export const AGENT_MIGRATIONS = [
  `CREATE TABLE positions (
     log_path TEXT PRIMARY KEY,
     position TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE pending (
     address TEXT PRIMARY KEY,
     observed_at_ms INTEGER NOT NULL,
     sightings INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX pending_newest ON pending (observed_at_ms DESC, address);

   CREATE TABLE batches (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     idempotency_key TEXT NOT NULL UNIQUE,
     entries TEXT NOT NULL,
     form TEXT NOT NULL,
     open_attempts INTEGER NOT NULL DEFAULT 0
   ) STRICT;

   CREATE TABLE counters (
     name TEXT PRIMARY KEY,
     value INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;`,

  `CREATE TABLE target (
     id INTEGER PRIMARY KEY CHECK (id = 1),
     api_url TEXT NOT NULL
   ) STRICT;`,

  // without it each look for the batch under way reads all that wait
  'CREATE INDEX batches_begun ON batches (id) WHERE open_attempts > 0;',
] as const

export interface BatchRow {
  readonly id: number
  readonly idempotency_key: string
  readonly entries: string
  readonly form: string
  readonly open_attempts: number
}

export interface PendingRow {
  readonly address: string
  readonly observed_at_ms: number
  readonly sightings: number
}

export type StateStatements = ReturnType<typeof prepareStatements>

/** Everything that is ever asked of the agent's tables. */
export function prepareStatements(database: Database.Database) {
  database.function('new_idempotency_key', { deterministic: false }, () => randomUUID())
  return {
    ...prepareBatchStatements(database),
    positionOf: database
      .prepare<[logPath: string], string>('SELECT position FROM positions WHERE log_path = ?')
      .pluck(),
    setPosition: database.prepare<[logPath: string, position: string]>(
      'INSERT INTO positions VALUES (?, ?) ON CONFLICT DO UPDATE SET position = excluded.position',
    ),
    addPending: database.prepare<[address: string, observedAtMs: number, sightings: number]>(
      `INSERT INTO pending VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET
         observed_at_ms = max(observed_at_ms, excluded.observed_at_ms),
         sightings = sightings + excluded.sightings`,
    ),
    dropOldest: database.prepare<[count: number]>(
      `DELETE FROM pending WHERE address IN
         (SELECT address FROM pending ORDER BY observed_at_ms, address LIMIT ?)`,
    ),
    takeNewest: database.prepare<[limit: number], PendingRow>(
      `DELETE FROM pending WHERE address IN
         (SELECT address FROM pending ORDER BY observed_at_ms DESC, address LIMIT ?)
       RETURNING address, observed_at_ms, sightings`,
    ),
    addBatches: database.prepare<[{ limit: number; form: string }]>(
      `INSERT INTO batches (idempotency_key, entries, form)
       SELECT new_idempotency_key(),
              json_group_array(json_array(address, observed_at_ms, sightings) ORDER BY place),
              @form
       FROM (SELECT *, row_number() OVER (ORDER BY observed_at_ms DESC, address) - 1 AS place FROM pending)
       GROUP BY place / CAST(@limit AS INTEGER) ORDER BY place`,
    ),
    deletePending: database.prepare<[]>('DELETE FROM pending'),
    target: database.prepare<[], string>('SELECT api_url FROM target').pluck(),
    setTarget: database.prepare<[apiUrl: string]>('INSERT OR REPLACE INTO target VALUES (1, ?)'),
    anyPending: database.prepare<[], number>('SELECT 1 FROM pending LIMIT 1').pluck(),
    countPending: database.prepare<[], number>('SELECT count(*) FROM pending').pluck(),
    count: database.prepare<[name: string, addition: number]>(
      'INSERT INTO counters VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value',
    ),
    counter: database.prepare<[name: string], number>('SELECT value FROM counters WHERE name = ?').pluck(),
  }
}

function prepareBatchStatements(database: Database.Database) {
  return {
    underWay: database.prepare<[], BatchRow>(
      `SELECT * FROM batches WHERE id = coalesce(
         (SELECT min(id) FROM batches WHERE open_attempts > 0), (SELECT min(id) FROM batches))`,
    ),
    anyBatch: database.prepare<[], number>('SELECT 1 FROM batches LIMIT 1').pluck(),
    addBatch: database.prepare<[entries: string, form: string], Pick<BatchRow, 'id' | 'idempotency_key'>>(
      `INSERT INTO batches (idempotency_key, entries, form) VALUES (new_idempotency_key(), ?, ?)
       RETURNING id, idempotency_key`,
    ),
    beginAttempt: database.prepare<[id: number]>(
      'UPDATE batches SET open_attempts = open_attempts + 1 WHERE id = ?',
    ),
    endAttempt: database.prepare<[id: number]>(
      'UPDATE batches SET open_attempts = open_attempts - 1 WHERE id = ? AND open_attempts > 0',
    ),
    /** Gives the number of its addresses. */
    deleteBatch: database
      .prepare<[id: number], number>('DELETE FROM batches WHERE id = ? RETURNING json_array_length(entries)')
      .pluck(),
    countBatched: database
      .prepare<[], number>('SELECT coalesce(sum(json_array_length(entries)), 0) FROM batches')
      .pluck(),
  }
}
