import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '../../src/runtime/index.ts'
import { openSqliteStore, type SqliteStore } from '../../src/store/sqlite/index.ts'
import type { Place } from '../contracts/place.ts'

/** A throw-away directory with a SQLite store in it. */
export async function sqlitePlace<Port>(portOf: (store: SqliteStore) => Port): Promise<Place<Port>> {
  const directory = mkdtempSync(join(tmpdir(), 'honeyjam-store-'))
  let store: SqliteStore | undefined
  return {
    async open() {
      await store?.close()
      store = await openSqliteStore(directory, { logger: silentLogger })
      return portOf(store)
    },
    async remove() {
      await store?.close()
      rmSync(directory, { recursive: true })
    },
  }
}
