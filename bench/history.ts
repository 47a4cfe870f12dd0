/**
 * What the history of addresses costs: node bench/history.ts [sqlite|postgres] [--quick]
 * Reports of 1000 addresses (half of them new) and of one, each durable before it is acknowledged, with and without history,
 * turn and turn about, until all are merged and in the history. Prints one JSON object: rates and processor time, their ratios, and
 * disk for each reported address.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { openDenylist } from '../src/denylist/index.ts'
import { silentLogger, systemClock } from '../src/runtime/index.ts'
import { openPostgresStore, type PostgresStore } from '../src/store/postgres/index.ts'
import { openSqliteStore, type SqliteStore } from '../src/store/sqlite/index.ts'
import { startPostgres } from '../test/support/postgres-server.ts'
import { reportOf } from './report-operation.ts'

const isQuick = process.argv.includes('--quick')
const RUNS = 3
const LOADS = {
  'reports of 1000': { reports: isQuick ? 300 : 1000, addresses: 1000, inFlight: 16 },
  'single addresses': { reports: isQuick ? 3000 : 10_000, addresses: 1, inFlight: 64 },
} as const

type Load = (typeof LOADS)[keyof typeof LOADS]

interface Run {
  readonly acknowledged: number
  readonly done: number
  /** Of all threads of this process, from the first report to the last part; other work on the machine disturbs it little. */
  readonly cpuSeconds: number
  readonly bytesPerAddress: number
  readonly lookUpMs: number
}

const scratch = mkdtempSync(join(tmpdir(), 'honeyjam-bench-'))
const kind = process.argv.includes('postgres') ? 'postgres' : 'sqlite'
const server = kind === 'postgres' ? await startPostgres() : undefined
try {
  const result: Record<string, unknown> = {}
  for (const [name, load] of Object.entries(LOADS)) {
    const runs: { without: Run[]; with: Run[] } = { without: [], with: [] }
    for (let run = 0; run < RUNS; run++) {
      runs.without.push(await measure(load, false))
      runs.with.push(await measure(load, true))
    }
    const middle = (which: 'with' | 'without', field: keyof Run) =>
      runs[which].map((run) => run[field]).toSorted((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0
    result[name] = {
      acknowledgedPerSecond: [middle('without', 'acknowledged'), middle('with', 'acknowledged')],
      donePerSecond: [middle('without', 'done'), middle('with', 'done')],
      ratioAcknowledged: round(middle('with', 'acknowledged') / middle('without', 'acknowledged')),
      ratioDone: round(middle('with', 'done') / middle('without', 'done')),
      cpuSeconds: [middle('without', 'cpuSeconds'), middle('with', 'cpuSeconds')],
      ratioCpu: round(middle('with', 'cpuSeconds') / middle('without', 'cpuSeconds')),
      historyBytesPerAddress: middle('with', 'bytesPerAddress'),
      lookUpMs: middle('with', 'lookUpMs'),
    }
  }
  console.log(JSON.stringify({ node: process.version, store: kind, runs: RUNS, ...result }, undefined, 2))
} finally {
  await server?.remove()
  rmSync(scratch, { recursive: true, force: true })
}

async function measure(load: Load, hasHistory: boolean): Promise<Run> {
  const directory = mkdtempSync(join(scratch, 'data-'))
  const url = await server?.createDatabase()
  const store: SqliteStore | PostgresStore =
    url === undefined
      ? await openSqliteStore(directory, { logger: silentLogger })
      : await openPostgresStore(url, { logger: silentLogger })
  const denylist = await openDenylist({
    store: store.denylist,
    queue: store.queue,
    clock: systemClock,
    logger: silentLogger,
    ...(hasHistory ? { history: store.history } : {}),
  })
  let left: number = load.reports
  const startMs = performance.now()
  const startCpu = process.cpuUsage()
  const report = async () => {
    while (left-- > 0) await denylist.submit(reportOf(left, load.addresses))
  }
  await Promise.all(Array.from({ length: load.inFlight }, report))
  const acknowledgedMs = performance.now() - startMs
  while (denylist.status().waitingRows > 0) await wait(5)
  // moves what is left into the history
  await denylist.close()
  const doneMs = performance.now() - startMs
  const { user, system } = process.cpuUsage(startCpu)
  const words = reportOf(7, load.addresses).addresses.slice(0, 4)
  const lookUpStartMs = performance.now()
  await store.history.find({ accountId: 1, words, limit: 100 })
  const lookUpMs = round(performance.now() - lookUpStartMs)
  await store.close()
  const addresses = load.reports * load.addresses
  const bytes = url === undefined ? sqliteBytes(join(directory, 'honeyjam.db')) : await postgresBytes(url)
  const perSecond = (ms: number) => Math.round((addresses * 1000) / ms)
  return {
    acknowledged: perSecond(acknowledgedMs),
    done: perSecond(doneMs),
    cpuSeconds: round((user + system) / 1e6),
    bytesPerAddress: round(bytes / addresses),
    lookUpMs,
  }
}

function sqliteBytes(path: string): number {
  const database = new Database(path, { readonly: true })
  const bytes = database
    .prepare<[], number>(
      "SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE name LIKE 'history%' OR name LIKE 'sqlite_autoindex_history%'",
    )
    .pluck()
    .get()
  database.close()
  return bytes ?? 0
}

async function postgresBytes(url: string): Promise<number> {
  const { default: pg } = await import('pg')
  const client = new pg.Client(url)
  await client.connect()
  const { rows } = await client.query<{ bytes: string }>(
    `SELECT sum(pg_total_relation_size(c.oid)) AS bytes FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'honeyjam' AND c.relname IN ('history_part', 'history_operation', 'history_address')`,
  )
  await client.end()
  return Number(rows[0]?.bytes ?? 0)
}

function round(value: number): number {
  return Number(value.toFixed(3))
}
