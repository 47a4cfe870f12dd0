import { join } from 'node:path'
import type Database from 'better-sqlite3'
import {
  ARCHIVE_TABLES,
  type ArchiveHead,
  type ArchiveRow,
  type ArchiveSource,
  type ArchiveTable,
  type ArchiveTarget,
} from '../archive/index.ts'
import { openDatabase } from './database.ts'
import { journalFile } from './journal.ts'
import { storeError } from './store-error.ts'
import { checkSqliteStore, JOURNAL_FILE, TABLES_FILE } from './store-files.ts'
import { tablesFile } from './tables-schema.ts'

const BATCH_ROWS = 500
const IN_JOURNAL_FILE = new Set(['journal', 'request_usage'])

/** Both files of a data directory whose lock the caller holds, in this thread: nobody waits for it meanwhile. */
class ArchiveFiles {
  readonly tables: Database.Database
  readonly journal: Database.Database

  constructor(directory: string) {
    this.tables = openDatabase(tablesFile(join(directory, TABLES_FILE)))
    try {
      this.journal = openDatabase(journalFile(join(directory, JOURNAL_FILE)))
    } catch (error) {
      this.tables.close()
      throw error
    }
  }

  of({ name }: ArchiveTable): Database.Database {
    return IN_JOURNAL_FILE.has(name) ? this.journal : this.tables
  }

  close(): void {
    this.journal.close()
    this.tables.close()
  }
}

/** Reads the store in a data directory, of which the caller holds the lock. @throws HoneyjamError USAGE there is none */
export function openSqliteSource(directory: string): ArchiveSource {
  checkSqliteStore(directory)
  const files = new ArchiveFiles(directory)
  return {
    head: () => Promise.resolve(readHead(files)),
    async *rows(table) {
      const select = files
        .of(table)
        .prepare<[], ArchiveRow>(`SELECT ${Object.keys(table.columns).join(', ')} FROM ${table.name}`)
        .raw()
      let batch: ArchiveRow[] = []
      for (const row of select.iterate()) {
        if (batch.push(row) < BATCH_ROWS) continue
        yield batch
        batch = []
      }
      if (batch.length > 0) yield batch
    },
    close: () => Promise.resolve(files.close()),
  }
}

function readHead({ tables, journal }: ArchiveFiles): ArchiveHead {
  const progress = tables
    .prepare<[], ArchiveHead>(
      'SELECT covered_position AS coveredPosition, newest_position AS newestPosition FROM progress',
    )
    .get() ?? { coveredPosition: 0, newestPosition: 0 }
  const last = journal
    .prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'journal'")
    .pluck()
    .get()
  return { ...progress, newestPosition: Math.max(progress.newestPosition, last ?? 0) }
}

/** Fills the store in a data directory, of which the caller holds the lock. */
export function openSqliteTarget(directory: string): ArchiveTarget {
  const files = new ArchiveFiles(directory)
  const both = [files.journal, files.tables]
  for (const database of both) database.exec('BEGIN IMMEDIATE')
  return {
    async findOccupied() {
      return ARCHIVE_TABLES.find((table) => isOccupied(files, table))?.name
    },
    async write(table, rows) {
      const names = Object.keys(table.columns)
      const insert = files
        .of(table)
        .prepare(
          `INSERT INTO ${table.name} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
        )
      try {
        for (const row of rows) insert.run(...row)
      } catch (error) {
        throw storeError(`importing ${table.name}`, error)
      }
    },
    async commit({ coveredPosition, newestPosition }) {
      files.tables
        .prepare('UPDATE progress SET covered_position = ?, newest_position = ?')
        .run(coveredPosition, newestPosition)
      // tables without their journal would lack operations; a journal alone is seen as not empty
      for (const database of both) database.exec('COMMIT')
    },
    async close() {
      for (const database of both) if (database.inTransaction) database.exec('ROLLBACK')
      files.close()
    },
  }
}

function isOccupied(files: ArchiveFiles, table: ArchiveTable): boolean {
  return files.of(table).prepare(`SELECT 1 FROM ${table.name} LIMIT 1`).get() !== undefined
}
