import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { guarded } from './state-database.ts'
import { type FoundState, findStates } from './state-files.ts'

const STATE_OR_JOURNAL = /^agent(?:-[0-9a-f]{12})?\.db(?:-wal)?$/

/**
 * What waits in the directory of an agent that does not run, by state file; only where something does.
 * The files are copied first: to open them would leave files of this user beside them.
 * @throws HoneyjamError DIRECTORY_UNUSABLE, STORE_CORRUPT, STORE_NEWER
 */
export function readStoppedStates(directory: string): readonly FoundState[] {
  if (!existsSync(directory)) return []
  const copy = mkdtempSync(join(tmpdir(), 'honeyjam-status-'))
  try {
    guarded(directory, () => {
      const names = readdirSync(directory).filter((name) => STATE_OR_JOURNAL.test(name))
      for (const name of names) copyFileSync(join(directory, name), join(copy, name))
    })
    return findStates(copy).filter(({ waitingAddresses }) => waitingAddresses > 0)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}
