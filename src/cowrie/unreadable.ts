import { HoneyjamError } from '../runtime/index.ts'

/** The error that says which log could not be read, and why. */
export function unreadable(path: string, cause: unknown): HoneyjamError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const code = systemErrorCode(cause)
  return new HoneyjamError('LOG_UNREADABLE', `cannot read ${JSON.stringify(path)}: ${reason}`, {
    cause,
    fields: { path, ...(code === undefined ? {} : { reason: code }) },
  })
}

/**
 * The code of what the file system (`ENOENT`) or zlib (`Z_DATA_ERROR`) complains about: the outside world, which may
 * be better tomorrow. `undefined` of any other error: a fault of our own, not to be waited for.
 */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('errno' in error)) return undefined
  return typeof error.code === 'string' && typeof error.errno === 'number' ? error.code : undefined
}

/** Whether the file is not there, or its directory is not. */
export function isAbsence(error: unknown): boolean {
  const code = systemErrorCode(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}
