import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { HoneyjamError } from './errors.ts'
import { makeDirectory } from './make-directory.ts'

/** The lock of a directory, held by this process. */
export interface DirectoryLock {
  readonly directory: string
  /** Lets go of the directory. May be called twice. */
  close(): Promise<void>
}

const LOCK_FILE = 'honeyjam.lock'
const PID_FILE = 'honeyjam.pid'
/** A killed process can take this long to let go: the kernel first ends its system calls and frees its memory. */
const DEFAULT_WAIT_MS = 3000
const TRY_EVERY_MS = 50

/** Keeps the locks from the garbage collector, which would close (and so release) one that nobody refers to. */
const heldLocks = new Set<Database.Database>()

/**
 * Makes the directory (and its parents, mode 0700) where it is absent, and keeps every other honeyjam process
 * out of it until `close()` or the end of this process, however it ends.
 *
 * The lock is a POSIX record lock which SQLite takes on `honeyjam.lock`; the kernel releases it with the process.
 * `honeyjam.pid` names the holder for the message alone. Neither file may be opened by other code of this process:
 * closing any descriptor of a file drops the record locks of the whole process (POSIX, fcntl).
 * @param waitMs how long to wait for a holder that may just be dying; default 3000
 * @throws HoneyjamError DIRECTORY_LOCKED another process (or this one) holds it
 * @throws HoneyjamError DIRECTORY_UNUSABLE it cannot be made or written
 */
export async function lockDirectory(
  directory: string,
  { waitMs = DEFAULT_WAIT_MS }: { readonly waitMs?: number } = {},
): Promise<DirectoryLock> {
  const deadlineMs = performance.now() + waitMs
  for (;;) {
    const lock = usable(directory, () => tryLock(directory))
    if (lock !== undefined) return lock
    if (performance.now() >= deadlineMs) throw lockedError(directory)
    await wait(TRY_EVERY_MS)
  }
}

/** Who holds a directory. */
export interface LockHolder {
  /** `undefined` when it cannot be told. */
  readonly pid: number | undefined
}

/**
 * Looks whether a process holds the directory, without taking it and without a trace.
 * @returns `undefined` when nobody does, or when there is no such directory
 * @throws HoneyjamError DIRECTORY_UNUSABLE this user may not look
 */
export function findLockHolder(directory: string): LockHolder | undefined {
  return usable(directory, () => {
    // existsSync would call a directory empty that this user may not enter
    if (statSync(join(directory, LOCK_FILE), { throwIfNoEntry: false }) === undefined) return undefined
    return isHeld(join(directory, LOCK_FILE)) ? { pid: readHolder(directory) } : undefined
  })
}

function isHeld(path: string): boolean {
  const database = new Database(path, { readonly: true, fileMustExist: true, timeout: 0 })
  try {
    database.prepare('SELECT count(*) FROM sqlite_master').get()
    return false
  } catch (error) {
    if (isBusy(error)) return true
    throw error
  } finally {
    database.close()
  }
}

/** @returns `undefined` while somebody else holds the lock */
function tryLock(directory: string): DirectoryLock | undefined {
  makeDirectory(directory)
  const database = holdExclusively(join(directory, LOCK_FILE))
  if (database === undefined) return undefined
  const pidFile = join(directory, PID_FILE)
  try {
    writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 })
  } catch (error) {
    database.close()
    throw error
  }
  heldLocks.add(database)
  return {
    directory,
    async close() {
      if (!heldLocks.delete(database)) return
      rmSync(pidFile, { force: true })
      database.close()
    },
  }
}

function holdExclusively(path: string): Database.Database | undefined {
  const database = new Database(path, { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
    return database
  } catch (error) {
    database.close()
    if (isBusy(error)) return undefined
    throw error
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')
}

function usable<Value>(directory: string, use: () => Value): Value {
  try {
    return use()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new HoneyjamError(
      'DIRECTORY_UNUSABLE',
      `cannot use the directory ${JSON.stringify(directory)}: ${reason}`,
      { cause, fields: { directory } },
    )
  }
}

function lockedError(directory: string): HoneyjamError {
  const pid = readHolder(directory)
  const holder = pid === undefined ? 'another process' : `process ${pid}`
  return new HoneyjamError(
    'DIRECTORY_LOCKED',
    `the directory ${JSON.stringify(directory)} is in use by ${holder}: stop it, or choose another directory`,
    { fields: { directory, ...(pid === undefined ? {} : { pid }) } },
  )
}

/** The holder may not have written its id yet, or be another user's: then the message goes without it. */
function readHolder(directory: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(directory, PID_FILE), 'utf8').trim())
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined
  } catch {
    return undefined
  }
}
