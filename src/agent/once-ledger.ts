import type Database from 'better-sqlite3'
import { STANDARD_INPUT } from '../cowrie/index.ts'
import { AddressCensus } from './address-census.ts'
import type { AgentState } from './agent-state.ts'
import { type LineCounts, noLines } from './once-tally.ts'

/** What is known of one file of a run. */
export interface FileLedger {
  readonly path: string
  readonly counts: LineCounts
  readonly census: AddressCensus
  /** Whether it has been read to its end. */
  isDone: boolean
}

/**
 * The counts of a run over old logs, kept beside its sightings, so that a run that was killed goes on with them.
 * They are saved in the transaction that records the sightings they speak of.
 */
export class OnceLedger {
  readonly #state: AgentState
  /** Of all files together. */
  readonly census = new AddressCensus()

  constructor(state: AgentState, files: readonly string[]) {
    this.#state = state
    state.read((database) => database.exec(SCHEMA))
    for (const file of files) this.#forgetUnlessResumable(file)
    for (const packed of this.#packed('SELECT packed FROM once_addresses')) this.census.addPacked(packed)
  }

  /** What an earlier run that was cut short knows of the file, or a new ledger. */
  load(path: string): FileLedger {
    const row = this.#row(path)
    const census = new AddressCensus()
    if (row === undefined) return { path, counts: noLines(), census, isDone: false }
    for (const packed of this.#packed('SELECT packed FROM once_addresses WHERE path = ?', path)) {
      census.addPacked(packed)
    }
    return { path, counts: JSON.parse(row.counts) as LineCounts, census, isDone: row.is_done === 1 }
  }

  /** To be called inside the transaction of the sightings. */
  save(database: Database.Database, { path, counts, census, isDone }: FileLedger): void {
    // what comes through standard input the next time is something else, so it is never kept as done
    const isKeptAsDone = isDone && path !== STANDARD_INPUT
    database
      .prepare('INSERT OR REPLACE INTO once_files VALUES (?, ?, ?)')
      .run(path, JSON.stringify(counts), isKeptAsDone ? 1 : 0)
    const packed = census.packNew()
    if (packed !== undefined) database.prepare('INSERT INTO once_addresses VALUES (?, ?)').run(path, packed)
  }

  /** Standard input cannot be read on from where it was, so its counts begin anew. */
  #forgetUnlessResumable(path: string): void {
    if (this.#state.positionOf(path) !== undefined || this.#row(path)?.is_done === 1) return
    this.#state.read((database) => {
      database.prepare('DELETE FROM once_files WHERE path = ?').run(path)
      database.prepare('DELETE FROM once_addresses WHERE path = ?').run(path)
    })
  }

  #row(path: string): FileRow | undefined {
    return this.#state.read((database) =>
      database.prepare<[string], FileRow>('SELECT counts, is_done FROM once_files WHERE path = ?').get(path),
    )
  }

  #packed(sql: string, ...parameters: string[]): Uint8Array[] {
    return this.#state.read((database) =>
      database
        .prepare<string[], Uint8Array>(sql)
        .pluck()
        .all(...parameters),
    )
  }
}

interface FileRow {
  readonly counts: string
  readonly is_done: number
}

const SCHEMA = `
  -- here all that is pending is taken at once, so the index would only cost
  DROP INDEX IF EXISTS pending_newest;
  CREATE TABLE IF NOT EXISTS once_files (
    path TEXT PRIMARY KEY,
    counts TEXT NOT NULL,
    is_done INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS once_addresses (
    path TEXT NOT NULL,
    packed BLOB NOT NULL
  ) STRICT;`
