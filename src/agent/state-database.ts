import { existsSync, writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { HoneyjamError } from '../runtime/index.ts'

export interface StateDatabaseOptions {
  /** Statement lists; the first makes version 1 out of an empty file. Never changed once released, only added to. */
  readonly migrations: readonly string[]
  /** `FULL`: what is committed outlives a power cut. `NORMAL`: it outlives the process. */
  readonly synchronous: 'FULL' | 'NORMAL'
  /** Whether this process wants the file for itself; another one then gets DIRECTORY_LOCKED. */
  readonly isExclusive?: boolean
}

/** SQLite's share of the memory of an agent that may run on a very small host, in KiB. */
const CACHE_KIB = 4096
/**
 * From so many pages of 4 KiB on the write-ahead log is merged into the file. SQLite's own 1000 let it fill a small disk
 * before it is merged once, and then there is no room to merge it into.
 */
const CHECKPOINT_PAGES = 64
/** How long to wait for another process that writes to the same file. */
const BUSY_WAIT_MS = 2000

/**
 * Opens one SQLite file of the agent (mode 0600, write-ahead log), makes it where absent and brings it to the newest version.
 * @throws HoneyjamError DIRECTORY_LOCKED, DIRECTORY_UNUSABLE, STORE_NEWER, STORE_CORRUPT or STORE_UNAVAILABLE
 */
export function openStateDatabase(path: string, options: StateDatabaseOptions): Database.Database {
  return guarded(path, () => {
    if (!existsSync(path)) writeFileSync(path, '', { mode: 0o600, flag: 'wx' })
    const database = new Database(path, { timeout: BUSY_WAIT_MS })
    try {
      prepare(database, path, options)
      return database
    } catch (error) {
      database.close()
      throw error
    }
  })
}

/** Runs `use`; what SQLite or the file system throws becomes an error that says what helps. */
export function guarded<Value>(path: string, use: () => Value): Value {
  try {
    return use()
  } catch (cause) {
    throw explained(path, cause)
  }
}

function prepare(
  database: Database.Database,
  path: string,
  { migrations, synchronous, isExclusive = false }: StateDatabaseOptions,
): void {
  if (isExclusive) database.pragma('locking_mode = EXCLUSIVE')
  database.pragma('journal_mode = WAL')
  database.pragma(`synchronous = ${synchronous}`)
  database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
  database.pragma(`cache_size = -${CACHE_KIB}`)
  database
    .transaction(() => {
      migrate(database, path, migrations)
    })
    .immediate()
}

function migrate(database: Database.Database, path: string, migrations: readonly string[]): void {
  const version = Number(database.pragma('user_version', { simple: true }))
  if (version > migrations.length) {
    throw new HoneyjamError('STORE_NEWER', `${JSON.stringify(path)} was written by a newer honeyjam`, {
      fields: { path, version, newestKnown: migrations.length },
    })
  }
  for (const statements of migrations.slice(version)) database.exec(statements)
  if (version < migrations.length) database.pragma(`user_version = ${migrations.length}`)
}

function explained(path: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || cause instanceof HoneyjamError) return cause
  const code = 'code' in cause ? String(cause.code) : ''
  const options = { cause, fields: { path, reason: code } }
  const file = JSON.stringify(path)
  if (code.startsWith('SQLITE_BUSY')) {
    return new HoneyjamError('DIRECTORY_LOCKED', `another honeyjam process uses ${file}`, options)
  }
  if (code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB')) {
    return new HoneyjamError('STORE_CORRUPT', `${file} is damaged: ${cause.message}`, options)
  }
  if (code.startsWith('SQLITE_CANTOPEN') || !code.startsWith('SQLITE_')) {
    return new HoneyjamError('DIRECTORY_UNUSABLE', `cannot use ${file}: ${cause.message}`, options)
  }
  return new HoneyjamError('STORE_UNAVAILABLE', `${file} did not take the data: ${cause.message}`, options)
}
