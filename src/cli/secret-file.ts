import { statSync } from 'node:fs'
import { readSecretFile } from '../config/index.ts'
import { HoneyjamError, replaceFile } from '../runtime/index.ts'

const OWNER_ONLY = 0o600

/**
 * Writes a secret that only its owner can read: the old file or the new one is there at any instant, power cuts included.
 * A file of another user stays that user's, so that root can write one for a service.
 * @throws HoneyjamError DIRECTORY_UNUSABLE the file is as it was
 */
export function writeSecretFile(path: string, secret: string): void {
  try {
    replaceFile(path, `${secret}\n`, { mode: OWNER_ONLY, flush: true, ...foreignOwnerOf(path) })
  } catch (cause) {
    throw new HoneyjamError('DIRECTORY_UNUSABLE', `${path} cannot be written: ${textOf(cause)}`, { cause })
  }
}

/**
 * @returns the secret in the file; `undefined` when there is no such file
 * @throws HoneyjamError CONFIG_UNREADABLE or CONFIG_INVALID it cannot be read, or nothing stands in it
 */
export function readSecretIfPresent(path: string): string | undefined {
  try {
    return readSecretFile(path).secret
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

function foreignOwnerOf(path: string): { owner?: { uid: number; gid: number } } {
  const file = statSync(path, { throwIfNoEntry: false })
  return file === undefined || file.uid === process.getuid?.() ? {} : { owner: file }
}

function isAbsent(error: unknown): boolean {
  const cause = error instanceof HoneyjamError ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
