import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

const OWNER_ONLY = 0o700
/** The directory may be entered and not read, or its file system knows no such flush: then it is left to the system. */
const CANNOT_FLUSH = new Set(['EACCES', 'EPERM', 'EINVAL', 'ENOTSUP', 'EISDIR'])

/**
 * Makes a directory, and its parents, for its owner alone where it is absent. Its name is durable when this returns: what is
 * flushed into it later would be lost with the name.
 * @throws Error of the file system
 */
export function makeDirectory(directory: string): void {
  const first = mkdirSync(directory, { recursive: true, mode: OWNER_ONLY })
  if (first === undefined) return
  for (let made = resolve(directory); ; made = dirname(made)) {
    flushNames(dirname(made))
    if (made === resolve(first)) return
  }
}

/**
 * Makes the names in a directory durable, as far as its file system can: they are no part of the files.
 * @throws Error of the file system, such as EIO
 */
export function flushNames(directory: string): void {
  let file: number | undefined
  try {
    file = openSync(directory, 'r')
    fsyncSync(file)
  } catch (error) {
    if (!CANNOT_FLUSH.has(String((error as NodeJS.ErrnoException).code))) throw error
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
