import { closeSync, openSync } from 'node:fs'
import Database from 'better-sqlite3'
import { HoneyjamError } from '../../runtime/index.ts'
import { storeError } from './store-error.ts'

/** A database file of ours. */
export interface DatabaseFile {
  readonly path: string
  /** Tells our files apart from others and from one another (PRAGMA application_id). */
  readonly applicationId: number
  /** Step n takes the file from schema version n to n + 1. A step that was released is never changed. */
  readonly migrations: readonly string[]
  readonly cacheMiB: number
  /** The write-ahead log is merged into the file when it holds this much. */
  readonly checkpointMiB: number
}

/** Larger than SQLite's 4 KiB: a journal record of 16 KB then writes a fifth less and is trimmed faster (measured). */
const PAGE_BYTES = 8192
const MIB = 1024 * 1024
/** How long to wait for another program (a backup, the sqlite3 shell) that holds the file. */
const BUSY_TIMEOUT_MS = 5000
/** Single rows are looked up: the upper pages of the indexes. */
const READER_CACHE_MIB = 16

/**
 * Opens the file, makes it (mode 0600) where it is absent, checks it and brings its schema up to date.
 * Every commit is on stable storage when it returns (WAL, synchronous=FULL).
 * @throws HoneyjamError STORE_CORRUPT it is damaged or not ours
 * @throws HoneyjamError STORE_NEWER its schema is newer than the migrations
 * @throws HoneyjamError STORE_UNAVAILABLE the disk does not let it be opened
 */
export function openDatabase(file: DatabaseFile): Database.Database {
  let database: Database.Database | undefined
  try {
    createPrivately(file.path)
    database = new Database(file.path, { timeout: BUSY_TIMEOUT_MS })
    checkIdentity(database, file)
    checkPages(database, file.path)
    configure(database, file)
    migrate(database, file)
    return database
  } catch (cause) {
    database?.close()
    const error = storeError(`opening ${file.path}`, cause)
    throw error.code === 'STORE_CORRUPT' && error !== cause
      ? corruptError(file.path, error.message, cause)
      : error
  }
}

/**
 * Opens a file that {@link openDatabase} has opened already a second time, to read what is committed while the other writes.
 * @throws HoneyjamError STORE_UNAVAILABLE
 */
export function openForReading(path: string): Database.Database {
  const database = new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS })
  database.pragma(`cache_size = ${-1024 * READER_CACHE_MIB}`)
  return database
}

/** SQLite gives the files beside it (-wal, -shm) the mode of the database. */
function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    // a file that is there is not opened: closing it would drop the locks this process may hold on it
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

function checkIdentity(database: Database.Database, { path, applicationId, migrations }: DatabaseFile): void {
  const version = pragmaNumber(database, 'user_version')
  const id = pragmaNumber(database, 'application_id')
  const isNew = id === 0 && version === 0 && countObjects(database) === 0
  if (!isNew && id !== applicationId) throw corruptError(path, 'it is not the database that belongs here')
  if (version > migrations.length) {
    throw new HoneyjamError(
      'STORE_NEWER',
      `${path} has schema version ${version}, this honeyjam knows ${migrations.length}: run the version that wrote it or a newer one`,
      { fields: { path, version, knownVersion: migrations.length } },
    )
  }
}

function countObjects(database: Database.Database): number {
  return database.prepare<[], number>('SELECT count(*) FROM sqlite_schema').pluck().get() ?? 0
}

/** Reads the whole file once, 0.2 s for a million entries: a fifth of what loading them takes. */
function checkPages(database: Database.Database, path: string): void {
  const finding = database.pragma('quick_check(1)', { simple: true })
  if (finding !== 'ok') throw corruptError(path, String(finding).replaceAll('\n', ' '))
}

function configure(database: Database.Database, { cacheMiB, checkpointMiB }: DatabaseFile): void {
  database.pragma(`page_size = ${PAGE_BYTES}`)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  // on macOS a plain fsync leaves the data in the drive's own cache; elsewhere these change nothing
  database.pragma('fullfsync = ON')
  database.pragma('checkpoint_fullfsync = ON')
  database.pragma(`cache_size = ${-1024 * cacheMiB}`)
  database.pragma(`wal_autocheckpoint = ${(checkpointMiB * MIB) / PAGE_BYTES}`)
  database.pragma(`journal_size_limit = ${2 * checkpointMiB * MIB}`)
}

function migrate(database: Database.Database, { applicationId, migrations }: DatabaseFile): void {
  const step = database.transaction((sql: string, version: number) => {
    database.exec(sql)
    database.pragma(`application_id = ${applicationId}`)
    database.pragma(`user_version = ${version}`)
  })
  for (let version = pragmaNumber(database, 'user_version'); version < migrations.length; version++) {
    step.immediate(migrations[version] ?? '', version + 1)
  }
}

function pragmaNumber(database: Database.Database, name: string): number {
  return Number(database.pragma(name, { simple: true }))
}

function corruptError(path: string, finding: string, cause?: unknown): HoneyjamError {
  return new HoneyjamError(
    'STORE_CORRUPT',
    `${path} cannot be used: ${finding}. Keep a copy of the data directory, then restore the file from a backup`,
    { cause, fields: { path } },
  )
}
