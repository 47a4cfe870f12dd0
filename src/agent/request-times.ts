import type Database from 'better-sqlite3'
import { guarded, openStateDatabase } from './state-database.ts'

/** How many requests a key may make in any 60 s. */
export interface RequestLimit {
  /** Tells the keys apart that share the file; not the key itself. */
  readonly keyId: string
  readonly requestsPerMinute: number
}

/** Either a request that has begun, or the time before which none may. */
export type RequestPermit =
  | { readonly kind: 'begun'; readonly requestId: number }
  | {
      readonly kind: 'wait'
      /** Epoch milliseconds. */
      readonly untilMs: number
      /** `limit`: the key's own limit; `asked`: the service asked to wait. */
      readonly reason: 'limit' | 'asked'
    }

const WINDOW_MS = 60_000
/** So much the clocks of both sides may differ in speed over one window. */
const WINDOW_MARGIN_MS = 100
/** The longest wait that a service can ask for; one more request an hour harms nobody, a typing error there would. */
export const LONGEST_HOLD_MS = 3_600_000

const MIGRATIONS = [
  `CREATE TABLE requests (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     key_id TEXT NOT NULL,
     at_ms INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE holds (
     key_id TEXT PRIMARY KEY,
     until_ms INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;`,
]

/**
 * Holds the limit of one key over restarts and over all processes that share the file (an agent and a run over old logs).
 *
 * A request counts from its end: only then is it sure that the service has counted it, so that the service too never sees
 * more than the limit in any 60 s. One that was killed counts from its start.
 * The file is not flushed to the disk: after a power cut a minute has passed anyway.
 */
export class RequestTimes {
  readonly #path: string
  readonly #database: Database.Database
  readonly #limit: RequestLimit
  readonly #statements: ReturnType<typeof prepareStatements>

  constructor(path: string, limit: RequestLimit) {
    this.#path = path
    this.#limit = limit
    this.#database = openStateDatabase(path, { migrations: MIGRATIONS, synchronous: 'NORMAL' })
    this.#statements = prepareStatements(this.#database)
  }

  /** Notes the begin of a request if one may begin now. */
  begin(nowMs: number): RequestPermit {
    return this.#transact(() => {
      const { keyId } = this.#limit
      this.#forgetWrongClock(nowMs)
      this.#statements.forget.run(nowMs - WINDOW_MS - WINDOW_MARGIN_MS)
      const heldUntilMs = this.#statements.heldUntil.get(keyId) ?? 0
      if (heldUntilMs > nowMs) return { kind: 'wait', untilMs: heldUntilMs, reason: 'asked' }
      const untilMs = this.#freeAtMs()
      if (untilMs > nowMs) return { kind: 'wait', untilMs, reason: 'limit' }
      const { lastInsertRowid } = this.#statements.add.run(keyId, nowMs)
      return { kind: 'begun', requestId: Number(lastInsertRowid) }
    })
  }

  /** Notes the end of a request, whatever became of it. */
  end(requestId: number, nowMs: number): void {
    this.#transact(() => this.#statements.move.run(nowMs, requestId))
  }

  /** The service asked not to be called before this time; cut to {@link LONGEST_HOLD_MS} from now. */
  hold(untilMs: number, nowMs: number): void {
    this.#transact(() => {
      this.#statements.hold.run(this.#limit.keyId, Math.min(untilMs, nowMs + LONGEST_HOLD_MS))
    })
  }

  close(): void {
    this.#database.close()
  }

  /** When the oldest of the requests that fill the window leaves it; 0 when the window is not full. */
  #freeAtMs(): number {
    const { keyId, requestsPerMinute } = this.#limit
    const oldest = this.#statements.newestButOne.get(keyId, requestsPerMinute - 1)
    return oldest === undefined ? 0 : oldest + WINDOW_MS + WINDOW_MARGIN_MS
  }

  /** After the clock was set back, times in its future would stop everything until it gets there. */
  #forgetWrongClock(nowMs: number): void {
    this.#statements.clampRequests.run({ nowMs })
    this.#statements.clampHolds.run({ latestMs: nowMs + LONGEST_HOLD_MS })
  }

  #transact<Value>(use: () => Value): Value {
    return guarded(this.#path, () => this.#database.transaction(use).immediate())
  }
}

function prepareStatements(database: Database.Database) {
  return {
    forget: database.prepare<[beforeMs: number]>('DELETE FROM requests WHERE at_ms < ?'),
    clampRequests: database.prepare<[{ nowMs: number }]>(
      'UPDATE requests SET at_ms = @nowMs WHERE at_ms > @nowMs',
    ),
    clampHolds: database.prepare<[{ latestMs: number }]>(
      'UPDATE holds SET until_ms = @latestMs WHERE until_ms > @latestMs',
    ),
    heldUntil: database
      .prepare<[keyId: string], number>('SELECT until_ms FROM holds WHERE key_id = ?')
      .pluck(),
    newestButOne: database
      .prepare<[keyId: string, newer: number], number>(
        'SELECT at_ms FROM requests WHERE key_id = ? ORDER BY at_ms DESC LIMIT 1 OFFSET ?',
      )
      .pluck(),
    add: database.prepare<[keyId: string, atMs: number]>(
      'INSERT INTO requests (key_id, at_ms) VALUES (?, ?)',
    ),
    move: database.prepare<[atMs: number, id: number]>('UPDATE requests SET at_ms = ? WHERE id = ?'),
    hold: database.prepare<[keyId: string, untilMs: number]>(
      'INSERT INTO holds VALUES (?, ?) ON CONFLICT DO UPDATE SET until_ms = excluded.until_ms',
    ),
  }
}
