import { hostname } from 'node:os'
import type { AccountStore, UsageStore } from '../../accounts/index.ts'
import type { ActivityStore } from '../../activity/index.ts'
import type { HandoutStore } from '../../bouncers/index.ts'
import type { DenylistStore, HistoryStore, ReportQueue } from '../../denylist/index.ts'
import type { BouncerRecord, EnforcerRecord, RosterStore, Sensor } from '../../roster/index.ts'
import type { Logger } from '../../runtime/index.ts'
import { Appender } from './appender.ts'
import { type ConnectOptions, connectClient, createPool, endClient, type Pool } from './connect.ts'
import { JournalReader } from './journal-reader.ts'
import { Leader } from './leader.ts'
import { migrate } from './migrate.ts'
import { PostgresAccountStore } from './postgres-account-store.ts'
import { PostgresActivityStore } from './postgres-activity-store.ts'
import { PostgresDenylistStore } from './postgres-denylist-store.ts'
import { postgresError } from './postgres-error.ts'
import { PostgresHandoutStore } from './postgres-handout-store.ts'
import { PostgresHistoryStore } from './postgres-history-store.ts'
import { PostgresReportQueue } from './postgres-report-queue.ts'
import { PostgresRosterStore } from './postgres-roster-store.ts'
import { PostgresUsageStore } from './postgres-usage-store.ts'
import { ProcessRow } from './process-row.ts'
import { BOUNCERS, ENFORCERS, SENSORS } from './row-tables.ts'
import { describeStoreUrl } from './store-url.ts'

/** The store of one or several services in a PostgreSQL database. */
export interface PostgresStore {
  readonly queue: ReportQueue
  /** Shares connections with the stores below: closing it closes them as well. */
  readonly denylist: DenylistStore
  readonly accounts: AccountStore
  readonly sensors: RosterStore<Sensor>
  readonly enforcers: RosterStore<EnforcerRecord>
  readonly bouncers: RosterStore<BouncerRecord>
  readonly handouts: HandoutStore
  readonly activities: ActivityStore
  readonly history: HistoryStore
  readonly usage: UsageStore
  /** Waits for what is under way, then lets go of all connections. May be called twice. */
  close(): Promise<void>
}

/** A start does not wait longer for the database. */
const START_PATIENCE_MS = 10_000
const MAX_CLOCK_DIFFERENCE_MS = 60_000

/**
 * Connects to the database and brings its schema up to date. Connections that are lost later are made anew.
 * @param url `postgres://USER:PASSWORD@HOST:PORT/DATABASE?PARAMETERS`
 * @throws HoneyjamError CONFIG_INVALID, STORE_NEWER, STORE_CORRUPT or STORE_UNAVAILABLE; nothing stays open
 */
export async function openPostgresStore(
  url: string,
  { logger }: { readonly logger: Logger },
): Promise<PostgresStore> {
  const connect: ConnectOptions = { url, applicationName: 'honeyjam' }
  const place = describeStoreUrl(url)
  await prepareDatabase(connect, place, logger)
  const { parts, close } = startParts(connect, logger)
  try {
    await parts.appender.ready(START_PATIENCE_MS)
  } catch (error) {
    await close()
    throw error
  }
  parts.reader.start()
  const closeTables = async () => {
    await parts.leader.close()
    if (!parts.pool.ended) await parts.pool.end()
  }
  return {
    queue: new PostgresReportQueue(parts),
    denylist: new PostgresDenylistStore({ ...parts, close: closeTables }),
    accounts: new PostgresAccountStore(parts.pool, parts.watchAccounts),
    sensors: new PostgresRosterStore(parts.pool, SENSORS, 'agents'),
    enforcers: new PostgresRosterStore(parts.pool, ENFORCERS, 'enforcers'),
    bouncers: new PostgresRosterStore(parts.pool, BOUNCERS, 'bouncers'),
    handouts: new PostgresHandoutStore(parts.pool),
    activities: new PostgresActivityStore(parts.pool),
    history: new PostgresHistoryStore(parts),
    usage: new PostgresUsageStore(parts.pool),
    close,
  }
}

async function prepareDatabase(connect: ConnectOptions, place: string, logger: Logger): Promise<void> {
  const failed = (error: unknown) => postgresError(`opening ${place}`, error)
  const client = await connectClient(connect, 'start').catch((error: unknown) => {
    throw failed(error)
  })
  try {
    await migrate(client)
    const { rows } = await client.query<{ fsync: string; now_ms: number }>(
      `SELECT current_setting('fsync') AS fsync, (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms`,
    )
    const [{ fsync, now_ms: databaseMs } = { fsync: '', now_ms: 0 }] = rows
    if (fsync === 'off')
      logger.warn({ place }, 'PostgreSQL runs with fsync = off: a power cut loses what was acknowledged')
    if (Math.abs(databaseMs - Date.now()) > MAX_CLOCK_DIFFERENCE_MS)
      logger.warn(
        { place },
        'the clock of this machine and that of PostgreSQL differ by more than a minute: set them',
      )
  } catch (error) {
    throw failed(error)
  } finally {
    await endClient(client)
  }
}

function startParts(connect: ConnectOptions, logger: Logger) {
  const process_ = new ProcessRow(`${hostname()} ${process.pid}`)
  const pool = createPool(connect)
  const accountWatchers: (() => Promise<void>)[] = []
  const reader: JournalReader = new JournalReader({
    connect,
    process: process_,
    logger,
    claim: (recordId, position) => appender.claim(recordId, position),
    onAccountsChanged: async () => {
      for (const watcher of accountWatchers) await watcher()
    },
    onUnlisted: () => appender.renew(),
  })
  const appender: Appender = new Appender({ connect, process: process_, reader, logger })
  const leader = new Leader({
    connect,
    logger,
    onLead: (coveredPosition) => reader.lead(coveredPosition),
    onEnd: () => reader.endLead(),
  })
  const watchAccounts = (onChange: () => Promise<void>) => void accountWatchers.push(onChange)
  const close = async () => {
    await appender.close()
    await reader.close()
    await leader.close()
    if (pool.ended) return
    await leave(process_, pool)
    await pool.end()
  }
  return { parts: { appender, reader, leader, pool, process: process_, watchAccounts }, close }
}

/** So that the journal is not kept for it; if the database is away, others find out in a minute. */
async function leave(row: ProcessRow, pool: Pool): Promise<void> {
  await row.leave(pool).catch(() => undefined)
}
