import Database from 'better-sqlite3'
import { HoneyjamError } from '../../runtime/index.ts'

const CORRUPTION_CODES = /^SQLITE_(CORRUPT|NOTADB)/

/**
 * Says what a failure of SQLite means for the caller; errors of our own pass as they are.
 * Damage is STORE_CORRUPT. All else (full disk, read-only disk, I/O error, a lock held by another program) is
 * STORE_UNAVAILABLE: the transaction was rolled back, and the same call can succeed later.
 * @param what the file or part that failed
 */
export function storeError(what: string, cause: unknown): HoneyjamError {
  if (cause instanceof HoneyjamError) return cause
  if (!(cause instanceof Database.SqliteError)) {
    return new HoneyjamError('STORE_UNAVAILABLE', `${what} failed: ${textOf(cause)}`, { cause })
  }
  const code = CORRUPTION_CODES.test(cause.code) ? 'STORE_CORRUPT' : 'STORE_UNAVAILABLE'
  return new HoneyjamError(code, `${what} failed: ${cause.message} (${cause.code})`, {
    cause,
    fields: { sqliteCode: cause.code },
  })
}

/** The words of whatever was thrown. */
export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
