import { extname, join } from 'node:path'
import type { AccountStore } from '../../accounts/index.ts'
import type { DenylistStore, ReportQueue } from '../../denylist/index.ts'
import type { HoneyjamError, Logger } from '../../runtime/index.ts'
import type { SensorStore } from '../../sensors/index.ts'
import type { JournalCalls } from './journal-worker.ts'
import { SqliteAccountStore } from './sqlite-account-store.ts'
import { SqliteDenylistStore } from './sqlite-denylist-store.ts'
import { SqliteReportQueue } from './sqlite-report-queue.ts'
import { SqliteSensorStore } from './sqlite-sensor-store.ts'
import { JOURNAL_FILE, TABLES_FILE } from './store-files.ts'
import type { TablesCalls } from './tables-worker.ts'
import { startWorker, type WorkerClient } from './worker-client.ts'

/** The store of one service on two SQLite files. */
export interface SqliteStore {
  readonly queue: ReportQueue
  /** Shares a file and a worker with `accounts` and `sensors`: closing it closes them as well. */
  readonly denylist: DenylistStore
  readonly accounts: AccountStore
  readonly sensors: SensorStore
  /** Waits for what is under way, then lets go of both files. May be called twice. */
  close(): Promise<void>
}

export interface SqliteStoreOptions {
  readonly logger: Logger
  /** Told when nothing can be stored any more, however often it is tried: the process must be started anew. */
  readonly onLost?: (error: HoneyjamError) => void
}

/**
 * Opens `journal.db` and `honeyjam.db` in the directory, each in a worker thread of its own: no fsync blocks the
 * event loop, and no checkpoint holds up an acknowledgement. Makes the files where they are absent (mode 0600).
 * @param directory exists, and its lock (`lockDirectory`) is held by the caller
 * @throws HoneyjamError STORE_CORRUPT, STORE_NEWER or STORE_UNAVAILABLE; nothing stays open
 */
export async function openSqliteStore(directory: string, options: SqliteStoreOptions): Promise<SqliteStore> {
  const { logger } = options
  const { journal, tables } = await startBoth(directory, options)
  const close = async () => {
    await Promise.all([journal.close(), tables.close()])
  }
  try {
    await alignJournal(journal, tables, logger)
  } catch (error) {
    await close()
    throw error
  }
  return {
    queue: new SqliteReportQueue(journal),
    denylist: new SqliteDenylistStore(tables),
    accounts: new SqliteAccountStore(tables),
    sensors: new SqliteSensorStore(tables),
    close,
  }
}

async function startBoth(
  directory: string,
  { logger, onLost }: SqliteStoreOptions,
): Promise<{ journal: WorkerClient<JournalCalls>; tables: WorkerClient<TablesCalls> }> {
  const common = { logger, ...(onLost === undefined ? {} : { onEnd: onLost }) }
  const [journal, tables] = await Promise.allSettled([
    startWorker<JournalCalls>(workerScript('journal'), join(directory, JOURNAL_FILE), {
      name: 'journal',
      ...common,
    }),
    startWorker<TablesCalls>(workerScript('tables'), join(directory, TABLES_FILE), {
      name: 'tables',
      ...common,
    }),
  ])
  if (journal.status === 'fulfilled' && tables.status === 'fulfilled') {
    return { journal: journal.value, tables: tables.value }
  }
  for (const started of [journal, tables]) if (started.status === 'fulfilled') await started.value.close()
  throw journal.status === 'rejected' ? journal.reason : (tables as PromiseRejectedResult).reason
}

/** Beside this file and of its kind: TypeScript when run from source, JavaScript once built. */
function workerScript(name: 'journal' | 'tables'): URL {
  return new URL(`./${name}-worker${extname(import.meta.url)}`, import.meta.url)
}

async function alignJournal(
  journal: WorkerClient<JournalCalls>,
  tables: WorkerClient<TablesCalls>,
  logger: Logger,
): Promise<void> {
  const newestPosition = await tables.call('newestPosition', undefined)
  if (!(await journal.call('startBehind', newestPosition))) return
  logger.warn(
    { newestPosition },
    `${JOURNAL_FILE} is older than ${TABLES_FILE} (lost, or restored from a copy); its positions now go on behind those of the tables`,
  )
}
