import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile } from '../runtime/index.ts'

const FILE = 'agent-id'
const OWNER_ONLY = 0o600
/** As the service takes it. */
const PATTERN = /^[A-Za-z0-9._-]{1,64}$/

/**
 * The id by which a service knows this agent again; made once. One writer at a time: the directory is locked.
 * @param directory the state directory
 * @throws what the file system says: then there is none, or the old one stands
 */
export function ensureAgentId(directory: string): string {
  const path = join(directory, FILE)
  const kept = readIfPresent(path)?.trim()
  if (kept !== undefined && PATTERN.test(kept)) return kept
  const id = randomUUID()
  replaceFile(path, `${id}\n`, { mode: OWNER_ONLY, flush: true })
  return id
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
