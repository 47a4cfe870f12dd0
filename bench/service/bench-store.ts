/** The stores the service is measured on: how they are filled, and how one sees from outside that all is in the tables. */
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { type EntryRows, NO_LIST_CHANGES } from '../../src/denylist/index.ts'
import { silentLogger } from '../../src/runtime/index.ts'
import { openPostgresStore } from '../../src/store/postgres/index.ts'
import { openSqliteStore } from '../../src/store/sqlite/index.ts'
import type { PostgresServer } from '../../test/support/postgres-server.ts'
import { NUMBERED_ADDRESS_SQL, numberedAddress } from './numbered-addresses.ts'

export interface BenchStore {
  readonly name: string
  /** Options of `serve`. */
  readonly options: readonly string[]
  /** Puts so many numbered addresses into the tables before the service starts: a day's ban of its first account each. */
  fill(entries: number): Promise<void>
  /** Whether all that was accepted is in the tables. */
  isMerged(): Promise<boolean>
  close(): void
}

const FILL_ROWS = 32_000
const DAY_MS = 86_400_000
const LABEL = { dataset: 'ABUSE', tags: ['COWRIE', 'LOGIN', 'SESSION'] }
const FIRST_ACCOUNT = 1

/** @param directory the data directory of the service */
export function sqliteBenchStore(directory: string): BenchStore {
  const open = (file: string) => new Database(join(directory, file), { readonly: true, fileMustExist: true })
  let files: { readonly tables: Database.Database; readonly journal: Database.Database } | undefined
  return {
    name: 'SQLite',
    options: [],
    fill: (entries) => fillSqlite(directory, entries),
    async isMerged() {
      files ??= { tables: open('honeyjam.db'), journal: open('journal.db') }
      const newest = files.journal.prepare<[], number>('SELECT max(position) FROM journal').pluck().get()
      const covered = files.tables.prepare<[], number>('SELECT covered_position FROM progress').pluck().get()
      return (newest ?? 0) <= (covered ?? 0)
    },
    close() {
      files?.tables.close()
      files?.journal.close()
      files = undefined
    },
  }
}

/** @param url of an empty database */
export function postgresBenchStore(server: PostgresServer, url: string): BenchStore {
  return {
    name: 'PostgreSQL',
    options: ['--store', url],
    async fill(entries) {
      const store = await openPostgresStore(url, { logger: silentLogger })
      await store.close()
      await server.query(
        `INSERT INTO honeyjam.reported
            (account, address, last_report_ms, expires_at_ms, total_reports, dataset, tags, applied_position)
          SELECT ${FIRST_ACCOUNT}, '\\x00000000000000000000ffff'::bytea || int4send(${NUMBERED_ADDRESS_SQL}::integer),
              ${Date.now()}, ${Date.now() + DAY_MS}, 1, '${LABEL.dataset}', '${JSON.stringify(LABEL.tags)}', 0
            FROM generate_series(0::bigint, ${entries - 1}) AS number ORDER BY 2`,
        url,
      )
      await server.query('VACUUM ANALYZE honeyjam.reported', url)
    },
    async isMerged() {
      const [row] = await server.query<{ is_merged: boolean }>(
        `SELECT (SELECT covered_position FROM honeyjam.progress) >= (SELECT position FROM honeyjam.journal_head) AS is_merged`,
        url,
      )
      return row?.is_merged === true
    },
    close: () => undefined,
  }
}

async function fillSqlite(directory: string, entries: number): Promise<void> {
  const addresses = Uint32Array.from({ length: entries }, (_, number) => numberedAddress(number)).toSorted()
  const store = await openSqliteStore(directory, { logger: silentLogger })
  for (let from = 0; from < entries; from += FILL_ROWS) {
    await store.denylist.writeCheckpoint({
      entries: rowsOf(addresses.subarray(from, from + FILL_ROWS)),
      allowed: [],
      disallowed: [],
      lists: NO_LIST_CHANGES,
      receipts: [],
      coveredPosition: 0,
    })
  }
  await store.close()
}

function rowsOf(addresses: Uint32Array): EntryRows {
  const count = addresses.length
  const nowMs = Date.now()
  return {
    count,
    accountIds: new Uint32Array(count).fill(FIRST_ACCOUNT),
    addresses: Uint32Array.from(Array.from(addresses, (address) => [0, 0, 0xffff, address]).flat()),
    lastReportMs: new Float64Array(count).fill(nowMs),
    expiresAtMs: new Float64Array(count).fill(nowMs + DAY_MS),
    totalReports: new Uint32Array(count).fill(1),
    appliedPositions: new Float64Array(count),
    labelIndexes: new Uint32Array(count),
    labels: [LABEL],
  }
}
