import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { readSecretFile } from '../config/index.ts'
import { HoneyjamError } from '../runtime/index.ts'

const OWNER_ONLY = 0o600

/**
 * Writes a secret that only its owner can read: the old file or the new one is there at any instant, power cuts included.
 * @throws HoneyjamError DIRECTORY_UNUSABLE the file is as it was
 */
export function writeSecretFile(path: string, secret: string): void {
  const temporary = `${path}.new`
  try {
    // a left-over of a crash keeps the mode it was made with
    rmSync(temporary, { force: true })
    withFile(temporary, 'wx', (file) => {
      writeSync(file, `${secret}\n`)
      fsyncSync(file)
    })
    renameSync(temporary, path)
    withFile(dirname(path), 'r', fsyncSync)
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

function withFile(path: string, flags: 'r' | 'wx', use: (file: number) => void): void {
  const file = openSync(path, flags, OWNER_ONLY)
  try {
    use(file)
  } finally {
    closeSync(file)
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
