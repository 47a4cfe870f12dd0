import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { resolve } from 'node:path'
import { HoneyjamError } from '../runtime/index.ts'
import { closedDirectoryAbove } from './closed-directory.ts'

/** A small file as it was when it was read. */
export interface BoundedFile {
  readonly bytes: Uint8Array
  /** Permission bits, for example 0o640. */
  readonly mode: number
  /** The owner's number. */
  readonly uid: number
}

/**
 * Reads a whole regular file of at most `maxBytes`.
 * @throws HoneyjamError CONFIG_UNREADABLE when it is missing, may not be read, is no regular file or is larger
 */
export function readBounded(path: string, maxBytes: number): BoundedFile {
  let descriptor: number | undefined
  try {
    // a pipe without a writer would hold up the open for ever
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const status = fstatSync(descriptor)
    if (!status.isFile()) throw unreadable(path, 'it is not a regular file')
    const bytes = readUpTo(descriptor, maxBytes + 1)
    if (bytes.length > maxBytes) throw unreadable(path, `it is larger than ${maxBytes} bytes`)
    return { bytes, mode: status.mode & 0o777, uid: status.uid }
  } catch (cause) {
    if (cause instanceof HoneyjamError) throw cause
    throw unreadable(path, reasonOf(path, cause), cause)
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

function readUpTo(descriptor: number, maxBytes: number): Uint8Array {
  const chunks: Buffer[] = []
  let total = 0
  while (total < maxBytes) {
    const chunk = Buffer.alloc(Math.min(65_536, maxBytes - total))
    const length = readSync(descriptor, chunk)
    if (length === 0) break
    chunks.push(chunk.subarray(0, length))
    total += length
  }
  return Buffer.concat(chunks)
}

function unreadable(path: string, reason: string, cause?: unknown): HoneyjamError {
  return new HoneyjamError('CONFIG_UNREADABLE', `${path} cannot be read: ${reason}`, {
    cause,
    fields: { path },
  })
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of the path is not a directory',
  EACCES: 'permission denied; let the user of honeyjam read it (for example with group read)',
}

function reasonOf(path: string, cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const closed = code === 'EACCES' ? closedDirectoryAbove(resolve(path)) : undefined
  if (closed !== undefined) return `permission denied; the user of honeyjam may not enter ${closed}`
  return REASONS[code] ?? (cause instanceof Error ? cause.message : String(cause))
}
