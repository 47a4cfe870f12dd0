import { afterAll, beforeAll, describe } from 'vitest'
import { accountStoreContract } from '../contracts/account-store.ts'
import { activityStoreContract } from '../contracts/activity-store.ts'
import { denylistStoreContract } from '../contracts/denylist-store.ts'
import { handoutStoreContract } from '../contracts/handout-store.ts'
import { historyStoreContract } from '../contracts/history-store.ts'
import { reportQueueContract } from '../contracts/report-queue.ts'
import {
  bouncerStoreContract,
  enforcerStoreContract,
  sensorStoreContract,
} from '../contracts/roster-store.ts'
import { usageStoreContract } from '../contracts/usage-store.ts'
import { postgresPlace } from '../support/postgres-place.ts'
import { type PostgresServer, postgresOrSkip, startPostgres } from '../support/postgres-server.ts'

describe.runIf(postgresOrSkip())('a store in PostgreSQL', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server.remove())

  reportQueueContract('postgres', () => postgresPlace(server, (store) => store.queue))
  denylistStoreContract('postgres', () => postgresPlace(server, (store) => store.denylist))
  accountStoreContract('postgres', () => postgresPlace(server, (store) => store.accounts))
  enforcerStoreContract('postgres', () => postgresPlace(server, (store) => store.enforcers))
  sensorStoreContract('postgres', () => postgresPlace(server, (store) => store.sensors))
  activityStoreContract('postgres', () => postgresPlace(server, (store) => store.activities))
  historyStoreContract('postgres', () => postgresPlace(server, (store) => store))
  usageStoreContract('postgres', () => postgresPlace(server, (store) => store.usage))
  bouncerStoreContract('postgres', () => postgresPlace(server, (store) => store.bouncers))
  handoutStoreContract('postgres', () => postgresPlace(server, (store) => store.handouts))
})
