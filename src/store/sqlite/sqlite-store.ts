import { extname, join } from 'node:path'
import type { AccountStore, UsageStore } from '../../accounts/index.ts'
import type { ActivityStore } from '../../activity/index.ts'
import type { HandoutStore } from '../../bouncers/index.ts'
import type { DenylistStore, HistoryStore, ReportQueue } from '../../denylist/index.ts'
import type { BouncerRecord, EnforcerRecord, RosterStore, Sensor } from '../../roster/index.ts'
import type { HoneyjamError, Logger } from '../../runtime/index.ts'
import type { JournalCalls } from './journal-worker.ts'
import type { ReaderCalls } from './reader-worker.ts'
import { SqliteAccountStore } from './sqlite-account-store.ts'
import { SqliteActivityStore } from './sqlite-activity-store.ts'
import { SqliteDenylistStore } from './sqlite-denylist-store.ts'
import { SqliteHandoutStore } from './sqlite-handout-store.ts'
import { SqliteHistoryStore } from './sqlite-history-store.ts'
import { SqliteReportQueue } from './sqlite-report-queue.ts'
import { SqliteUsageStore } from './sqlite-usage-store.ts'
import { JOURNAL_FILE, TABLES_FILE } from './store-files.ts'
import type { TablesCalls } from './tables-worker.ts'
import { startWorker, type WorkerClient } from './worker-client.ts'
import type { Calls } from './worker-service.ts'

/** The store of one service on two SQLite files. */
export interface SqliteStore {
  readonly queue: ReportQueue
  /** Shares a file and a worker with the stores below: closing it closes them as well. */
  readonly denylist: DenylistStore
  readonly accounts: AccountStore
  readonly sensors: RosterStore<Sensor>
  readonly enforcers: RosterStore<EnforcerRecord>
  readonly bouncers: RosterStore<BouncerRecord>
  readonly handouts: HandoutStore
  readonly activities: ActivityStore
  readonly history: HistoryStore
  /** Shares a file and a worker with `queue`. */
  readonly usage: UsageStore
  /** Waits for what is under way, then lets go of both files. May be called twice. */
  close(): Promise<void>
}

export interface SqliteStoreOptions {
  readonly logger: Logger
  /** Told when nothing can be stored any more, however often it is tried: the process must be started anew. */
  readonly onLost?: (error: HoneyjamError) => void
}

/** The threads of a store. */
interface Workers {
  readonly journal: WorkerClient<JournalCalls>
  readonly tables: WorkerClient<TablesCalls>
  /** A second connection to the tables. */
  readonly reader: WorkerClient<ReaderCalls>
}

/**
 * Opens `journal.db` and `honeyjam.db` in the directory, each in a worker thread of its own: no fsync blocks the
 * event loop, and no checkpoint holds up an acknowledgement. What a report has to look up in the tables is read by a third,
 * since a checkpoint takes a large part of a second. Makes the files where they are absent (mode 0600).
 * @param directory exists, and its lock (`lockDirectory`) is held by the caller
 * @throws HoneyjamError STORE_CORRUPT, STORE_NEWER or STORE_UNAVAILABLE; nothing stays open
 */
export async function openSqliteStore(directory: string, options: SqliteStoreOptions): Promise<SqliteStore> {
  const { journal, tables, reader } = await startWorkers(directory, options)
  return {
    queue: new SqliteReportQueue(journal),
    denylist: new SqliteDenylistStore(tables, reader),
    accounts: new SqliteAccountStore(tables),
    sensors: {
      isShared: false,
      load: () => tables.call('loadSensors', undefined),
      write: (changes) => tables.call('writeSensors', changes),
    },
    enforcers: {
      isShared: false,
      load: () => tables.call('loadEnforcers', undefined),
      write: (changes) => tables.call('writeEnforcers', changes),
    },
    bouncers: {
      isShared: false,
      load: () => tables.call('loadBouncers', undefined),
      write: (changes) => tables.call('writeBouncers', changes),
    },
    handouts: new SqliteHandoutStore(tables),
    activities: new SqliteActivityStore(tables),
    history: new SqliteHistoryStore(tables),
    usage: new SqliteUsageStore(journal),
    close: async () => {
      // the one that writes a file goes last: it takes the write-ahead log with it
      await reader.close()
      await tables.close()
      await journal.close()
    },
  }
}

async function startWorkers(directory: string, { logger, onLost }: SqliteStoreOptions): Promise<Workers> {
  const started: WorkerClient<Calls>[] = []
  const start = async <Named extends Calls>(name: keyof Workers, file: string) => {
    const options = { name, logger, ...(onLost === undefined ? {} : { onEnd: onLost }) }
    const worker = await startWorker<Named>(workerScript(name), join(directory, file), options)
    started.push(worker)
    return worker
  }
  const opening = [
    start<JournalCalls>('journal', JOURNAL_FILE),
    start<TablesCalls>('tables', TABLES_FILE),
  ] as const
  try {
    const [journal, tables] = await Promise.all(opening)
    await alignJournal(journal, tables, logger)
    return { journal, tables, reader: await start<ReaderCalls>('reader', TABLES_FILE) }
  } catch (error) {
    await Promise.allSettled(opening)
    for (const worker of started) await worker.close()
    throw error
  }
}

/** Beside this file and of its kind: TypeScript when run from source, JavaScript once built. */
function workerScript(name: keyof Workers): URL {
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
