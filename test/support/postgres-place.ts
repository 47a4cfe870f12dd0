import { silentLogger } from '../../src/runtime/index.ts'
import { openPostgresStore, type PostgresStore } from '../../src/store/postgres/index.ts'
import type { Place } from '../contracts/place.ts'
import type { PostgresServer } from './postgres-server.ts'

/** A throw-away database with a store in it. */
export async function postgresPlace<Port>(
  server: PostgresServer,
  portOf: (store: PostgresStore) => Port,
): Promise<Place<Port>> {
  const url = await server.createDatabase()
  let store: PostgresStore | undefined
  return {
    async open() {
      await store?.close()
      store = await openPostgresStore(url, { logger: silentLogger })
      return portOf(store)
    },
    async remove() {
      await store?.close()
      await server.query(`DROP DATABASE ${new URL(url).pathname.slice(1)}`)
    },
  }
}
