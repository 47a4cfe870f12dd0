import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { HoneyjamError } from '../../runtime/index.ts'

/** The files of the store in a data directory. */
export const JOURNAL_FILE = 'journal.db'
export const TABLES_FILE = 'honeyjam.db'

/** To open one would make it: whoever mistypes a directory would save a store that is empty. @throws HoneyjamError USAGE */
export function checkSqliteStore(directory: string): void {
  if (existsSync(join(directory, TABLES_FILE))) return
  throw new HoneyjamError('USAGE', `there is no store in ${directory}: name its data directory with --data`)
}
