import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
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
 * @returns the secret without surrounding white space; `undefined` when there is no such file
 * @throws HoneyjamError CONFIG_UNREADABLE it cannot be read, or nothing stands in it
 */
export function readSecretFile(path: string): string | undefined {
  const secret = readIfPresent(path)?.trim()
  if (secret === '')
    throw new HoneyjamError('CONFIG_UNREADABLE', `${path} is empty: a key was expected in it`)
  return secret
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new HoneyjamError('CONFIG_UNREADABLE', `${path} cannot be read: ${textOf(cause)}`, { cause })
  }
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
