import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { silentLogger } from '../../src/runtime/index.ts'
import { openPostgresStore, type PostgresStore } from '../../src/store/postgres/index.ts'
import { type PostgresServer, postgresOrSkip, startPostgres } from '../support/postgres-server.ts'

describe.runIf(postgresOrSkip())('a report that PostgreSQL refuses', () => {
  let server: PostgresServer
  let store: PostgresStore

  beforeAll(async () => {
    // it speaks as the system does that it was set up on; where it knows no German it goes on in English
    vi.stubEnv('LANGUAGE', 'de')
    server = await startPostgres({ lc_messages: 'C.UTF-8' })
    const url = await server.createDatabase()
    store = await openPostgresStore(url, { logger: silentLogger })
    await server.query('ALTER TABLE honeyjam.journal ADD CHECK (length(body) <> 3)', url)
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    await store.close()
    await server.remove()
  })

  it('is answered at once with why, in whatever language that is said, and holds up no other', async () => {
    const refused = store.queue.append(Buffer.from('bad'))
    await expect(refused).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      fields: { sqlState: '23514' },
    })
    expect(await store.queue.append(Buffer.from('good'))).toBe(1)
  })
})
