import { dirname, join } from 'node:path'
import type Database from 'better-sqlite3'
import { openForReading } from './database.ts'
import { JOURNAL_FILE } from './store-files.ts'

/** The journal beside the tables, opened for reading when it is asked for first: the thread that writes it makes the file. */
export class JournalBeside {
  readonly #path: string
  #database: Database.Database | undefined

  constructor(tablesPath: string) {
    this.#path = join(dirname(tablesPath), JOURNAL_FILE)
  }

  get database(): Database.Database {
    this.#database ??= openForReading(this.#path)
    return this.#database
  }

  close(): void {
    this.#database?.close()
  }
}
