import type Database from 'better-sqlite3'
import type { JournalRecord } from '../../denylist/index.ts'
import type { DatabaseFile } from './database.ts'
import { UsageTable } from './usage-table.ts'

/** Records a step of trimming deletes: half a millisecond at 16 KB a record. */
const TRIM_STEP_RECORDS = 64

const MIGRATIONS = [
  // AUTOINCREMENT: a position is never given twice, not even after the record that had it was trimmed
  `CREATE TABLE journal (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    body BLOB NOT NULL
  )`,

  // what counts against the limits of keys and accounts, and when
  `CREATE TABLE request_usage (
    account INTEGER NOT NULL,
    meter TEXT NOT NULL,
    subject INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (account, meter, subject, at_ms)
  ) WITHOUT ROWID`,
]

/** The file of the journal; a checkpoint of 8 MiB takes about as long as ten commits. */
export function journalFile(path: string): DatabaseFile {
  // 'hjjr'
  return { path, applicationId: 0x686a6a72, migrations: MIGRATIONS, cacheMiB: 16, checkpointMiB: 8 }
}

/** The journal on its open database; every call is synchronous and belongs into a worker thread. */
export class Journal {
  readonly usage: UsageTable
  readonly #database: Database.Database
  readonly #insert: Database.Statement<[Uint8Array]>
  readonly #select: Database.Statement<[number, number], JournalRecord>
  readonly #delete: Database.Statement<[number, number]>
  readonly #append: Database.Transaction<(bodies: readonly Uint8Array[]) => number[]>
  #records: number

  constructor(database: Database.Database) {
    this.#database = database
    this.usage = new UsageTable(database)
    this.#insert = this.#database.prepare('INSERT INTO journal (body) VALUES (?)')
    this.#select = this.#database.prepare(
      'SELECT position, body FROM journal WHERE position > ? ORDER BY position LIMIT ?',
    )
    this.#delete = this.#database.prepare(
      `DELETE FROM journal WHERE position IN
        (SELECT position FROM journal WHERE position <= ? ORDER BY position LIMIT ?)`,
    )
    this.#append = this.#database.transaction((bodies) =>
      bodies.map((body) => Number(this.#insert.run(body).lastInsertRowid)),
    )
    this.#records = this.#database.prepare<[], number>('SELECT count(*) FROM journal').pluck().get() ?? 0
  }

  get records(): number {
    return this.#records
  }

  /** Adds all or none, with one fsync. @returns their positions */
  append(bodies: readonly Uint8Array[]): readonly number[] {
    const positions = this.#append.immediate(bodies)
    this.#records += bodies.length
    return positions
  }

  read(afterPosition: number, limit: number): readonly JournalRecord[] {
    return this.#select.all(afterPosition, limit)
  }

  /**
   * Deletes the oldest records up to and including `position`, a few at a time.
   * Not flushed: a power cut may bring them back, and whoever reads starts behind them anyway.
   * @returns whether there may be more to delete
   */
  trimStep(position: number): boolean {
    this.#database.pragma('synchronous = NORMAL')
    try {
      const { changes } = this.#delete.run(position, TRIM_STEP_RECORDS)
      this.#records -= changes
      return changes === TRIM_STEP_RECORDS
    } finally {
      this.#database.pragma('synchronous = FULL')
    }
  }

  /**
   * Makes sure that no record gets a position up to and including `position`, which rows of the tables
   * hold: records of a journal that was lost, or restored from an older copy, would be taken for merged ones.
   * @returns whether the journal was behind
   */
  startBehind(position: number): boolean {
    const sequence = this.#database.prepare<[], number>(
      "SELECT seq FROM sqlite_sequence WHERE name = 'journal'",
    )
    const last = sequence.pluck().get()
    if ((last ?? 0) >= position) return false
    const raise =
      last === undefined
        ? "INSERT INTO sqlite_sequence (seq, name) VALUES (?, 'journal')"
        : "UPDATE sqlite_sequence SET seq = ? WHERE name = 'journal'"
    this.#database.prepare<[number]>(raise).run(position)
    return true
  }

  close(): void {
    this.#database.close()
  }
}
