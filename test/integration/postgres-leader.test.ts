import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HoneyjamError, silentLogger } from '../../src/runtime/index.ts'
import { openPostgresStore } from '../../src/store/postgres/index.ts'
import { checkpointOf } from '../support/entry-rows.ts'
import { type PostgresServer, postgresOrSkip, startPostgres } from '../support/postgres-server.ts'

const codeOf = (error: unknown) => (error instanceof HoneyjamError ? error.code : error)

describe.runIf(postgresOrSkip())('the lead of several processes on one PostgreSQL', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server.remove())

  const pidsOf = async (condition: string): Promise<readonly number[]> => {
    const rows = await server.query<{ pid: number }>(`SELECT pid FROM ${condition}`)
    return rows.map(({ pid }) => pid)
  }
  const sessions = () => pidsOf("pg_stat_activity WHERE application_name = 'honeyjam leader'")
  const holders = () => pidsOf("pg_locks WHERE locktype = 'advisory' AND granted")

  it('is not used for what was made ready before another had it', async () => {
    const url = await server.createDatabase()
    const first = await openPostgresStore(url, { logger: silentLogger })
    await first.denylist.writeCheckpoint(checkpointOf({ coveredPosition: 1 }))
    const own = await sessions()
    const second = await openPostgresStore(url, { logger: silentLogger })
    const [secondPid = 0] = (await sessions()).filter((pid) => !own.includes(pid))
    // its connection is cut until the other has been faster
    while (!(await holders()).includes(secondPid)) {
      for (const pid of await sessions())
        if (pid !== secondPid) await server.query(`SELECT pg_terminate_backend(${pid})`)
      await wait(20)
    }
    const late = first.denylist.writeCheckpoint(checkpointOf({ coveredPosition: 5 })).catch(codeOf)
    await second.denylist.writeCheckpoint(checkpointOf({ coveredPosition: 9 }))
    await second.close()
    expect(await late).toBe('STORE_UNAVAILABLE')
    expect(await first.denylist.coveredPosition()).toBe(9)
    // what is made ready from here on is written
    await first.denylist.writeCheckpoint(checkpointOf({ coveredPosition: 10 }))
    expect(await first.denylist.coveredPosition()).toBe(10)
    await first.close()
  })
})
