import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { HoneyjamError } from '../../runtime/index.ts'
import { storeError } from './store-error.ts'
import { checkSqliteStore, JOURNAL_FILE, TABLES_FILE } from './store-files.ts'

/** Between two looks at both files a service may have merged and trimmed; that often in a row it does not happen. */
const MAX_TRIES = 50
const BUSY_TIMEOUT_MS = 5000

/**
 * Copies the store of a data directory while a service may be running on it. Both files are copied as they were at one
 * instant: each is read in a transaction that began before the copying.
 * @param target is made where it is absent; its files are there under their names once they are whole
 * @throws HoneyjamError USAGE there is no store, or the target holds one already; STORE_UNAVAILABLE, STORE_CORRUPT
 */
export async function backupSqlite(directory: string, target: string): Promise<void> {
  checkSqliteStore(directory)
  for (const file of [TABLES_FILE, JOURNAL_FILE]) {
    if (existsSync(join(target, file)))
      throw new HoneyjamError('USAGE', `${join(target, file)} is there already`)
  }
  const opened: Database.Database[] = []
  const open = (file: string) => {
    const database = new Database(join(directory, file), {
      readonly: true,
      fileMustExist: true,
      timeout: BUSY_TIMEOUT_MS,
    })
    opened.push(database)
    return database
  }
  try {
    mkdirSync(target, { recursive: true, mode: 0o700 })
    const tables = open(TABLES_FILE)
    const journal = open(JOURNAL_FILE)
    holdOneInstant({ tables, journal, present: open(TABLES_FILE) })
    await copy(tables, join(target, TABLES_FILE), giveNewName)
    await copy(journal, join(target, JOURNAL_FILE))
  } catch (error) {
    throw storeError(`backing up ${directory}`, error)
  } finally {
    for (const database of opened) database.close()
  }
}

/**
 * Begins to read the tables, then the journal, which then holds everything behind them: unless it was trimmed in between,
 * which it only is after the tables covered more.
 */
function holdOneInstant(files: {
  tables: Database.Database
  journal: Database.Database
  present: Database.Database
}): void {
  const { tables, journal, present } = files
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    tables.exec('BEGIN')
    const position = positionOf(tables)
    journal.exec('BEGIN')
    journal.prepare('SELECT 1 FROM journal LIMIT 1').get()
    if (positionOf(present) === position) return
    journal.exec('ROLLBACK')
    tables.exec('ROLLBACK')
  }
  throw new HoneyjamError('STORE_UNAVAILABLE', 'the service merges without a pause: try again later')
}

/** What tables and history cover, which is what the journal may be trimmed by; an older file has no history. */
function positionOf(database: Database.Database): string {
  const hasHistory =
    database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'history_part'").get() !== undefined
  return [
    'SELECT covered_position FROM progress',
    ...(hasHistory ? ['SELECT max(part) FROM history_part'] : []),
  ]
    .map((select) => String(database.prepare<[], number | null>(select).pluck().get()))
    .join(' ')
}

/** What happens to the copy from here on is not what happens to the original, although positions are the same. */
function giveNewName(copied: Database.Database): void {
  const columns = copied.pragma('table_info(progress)') as { name: string }[]
  // a store of an older version has no name yet: the service that opens the copy gives it one
  if (columns.some(({ name }) => name === 'store_id'))
    copied.exec('UPDATE progress SET store_id = lower(hex(randomblob(16)))')
}

async function copy(
  database: Database.Database,
  path: string,
  change?: (copied: Database.Database) => void,
): Promise<void> {
  const partial = `${path}.partial`
  closeSync(openSync(partial, 'w', 0o600))
  try {
    await database.backup(partial)
    if (change !== undefined) {
      const copied = new Database(partial)
      try {
        change(copied)
      } finally {
        copied.close()
      }
    }
    renameSync(partial, path)
  } catch (error) {
    rmSync(partial, { force: true })
    throw error
  }
}
