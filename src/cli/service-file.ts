import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { HoneyjamError, replaceFile } from '../runtime/index.ts'

/** How the command line on the same machine finds the service of a data directory. */
export interface ServiceFile {
  /** In plain HTTP, also beside TLS. */
  readonly url: string
  readonly pid: number
}

const FILE_NAME = 'service.json'

/** @throws HoneyjamError DIRECTORY_UNUSABLE */
export function writeServiceFile(directory: string, service: ServiceFile): void {
  const path = join(directory, FILE_NAME)
  try {
    replaceFile(path, `${JSON.stringify(service)}\n`)
  } catch (cause) {
    throw new HoneyjamError('DIRECTORY_UNUSABLE', `${path} cannot be written`, { cause })
  }
}

/** @returns what the last service wrote, which may have been killed since; `undefined` when it stopped cleanly */
export function readServiceFile(directory: string): ServiceFile | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(join(directory, FILE_NAME), 'utf8'))
    return isServiceFile(value) ? value : undefined
  } catch {
    // absent, cut off or not ours to read: the caller goes on with the default address
    return undefined
  }
}

export function removeServiceFile(directory: string): void {
  rmSync(join(directory, FILE_NAME), { force: true })
}

function isServiceFile(value: unknown): value is ServiceFile {
  if (typeof value !== 'object' || value === null) return false
  const { url, pid } = value as Partial<Record<keyof ServiceFile, unknown>>
  return typeof url === 'string' && typeof pid === 'number'
}
