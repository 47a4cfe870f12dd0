import { readSecretFile } from '../config/index.ts'
import { HoneyjamError, replaceFile } from '../runtime/index.ts'

const OWNER_ONLY = 0o600

/**
 * Writes a secret that only its owner can read: the old file or the new one is there at any instant, power cuts included.
 * @throws HoneyjamError DIRECTORY_UNUSABLE the file is as it was
 */
export function writeSecretFile(path: string, secret: string): void {
  try {
    replaceFile(path, `${secret}\n`, { mode: OWNER_ONLY, flush: true })
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

function isAbsent(error: unknown): boolean {
  const cause = error instanceof HoneyjamError ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
