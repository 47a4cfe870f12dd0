import { DatabaseError } from 'pg'
import { HoneyjamError } from '../../runtime/index.ts'

/** SQLSTATE of an append whose connection was replaced by a newer one of the same process. */
export const REPLACED = 'HJ001'
/** data_corrupted and index_corrupted */
const CORRUPTION_CODES = /^XX00[12]$/

/**
 * Says what a failure of PostgreSQL means for the caller; errors of our own pass as they are.
 * Damage is STORE_CORRUPT. All else (no connection, full disk, a limit) is STORE_UNAVAILABLE: the same call can succeed
 * later. Neither names the password: `pg` puts none into its messages.
 * @param what failed
 */
export function postgresError(what: string, cause: unknown): HoneyjamError {
  if (cause instanceof HoneyjamError) return cause
  if (!(cause instanceof DatabaseError)) {
    return new HoneyjamError('STORE_UNAVAILABLE', `${what} failed: ${textOf(cause)}`, { cause })
  }
  const sqlState = cause.code ?? 'none'
  const code = CORRUPTION_CODES.test(sqlState) ? 'STORE_CORRUPT' : 'STORE_UNAVAILABLE'
  return new HoneyjamError(code, `${what} failed: ${cause.message} (SQLSTATE ${sqlState})`, {
    cause,
    fields: { sqlState },
  })
}

/** What cannot be done now and can be tried again. */
export function unavailable(message: string, cause?: unknown): HoneyjamError {
  return new HoneyjamError('STORE_UNAVAILABLE', message, { cause })
}

/** Whether the failure is PostgreSQL's answer with this SQLSTATE. */
export function hasSqlState(error: unknown, sqlState: string): boolean {
  return error instanceof DatabaseError && error.code === sqlState
}

/** Whether the failure is that a value which this constraint lets stand once is there already. */
export function isTakenBy(error: unknown, constraint: string): boolean {
  return hasSqlState(error, '23505') && error instanceof DatabaseError && error.constraint === constraint
}

/** A refused connection to a name with several addresses has its reasons in a list and no words of its own. */
function textOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(textOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}
