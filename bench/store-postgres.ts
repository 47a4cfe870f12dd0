/**
 * Measures reports of 1000 addresses, each durable in PostgreSQL before it is acknowledged: node bench/store-postgres.ts [URL]
 * Prints one JSON object. Without a URL a throw-away cluster with the default settings is started; SQLite is measured beside it,
 * turn and turn about, on the same disk. A database that is given must be empty and is not cleared afterwards.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Denylist, openDenylist } from '../src/denylist/index.ts'
import { silentLogger, systemClock } from '../src/runtime/index.ts'
import { openPostgresStore, type PostgresStore } from '../src/store/postgres/index.ts'
import { openSqliteStore, type SqliteStore } from '../src/store/sqlite/index.ts'
import { startPostgres } from '../test/support/postgres-server.ts'
import { reportOf } from './report-operation.ts'

const LARGE: Load = { reports: 500, addresses: 1000, inFlight: 16 }
const SINGLE: Load = { reports: 5000, addresses: 1, inFlight: 64 }
const RUNS = 3
const BAR = 60_000

interface Load {
  readonly reports: number
  readonly addresses: number
  readonly inFlight: number
}

interface Service {
  readonly store: SqliteStore | PostgresStore
  readonly denylist: Denylist
}

interface Figures {
  /** Acknowledged, each after its flush. */
  readonly addressesPerSecond: number
  /** The same, until everything is merged into the tables as well. */
  readonly mergedPerSecond: number
}

const scratch = mkdtempSync(join(tmpdir(), 'honeyjam-bench-'))
const given = process.argv[2]
const server = given === undefined ? await startPostgres() : undefined
try {
  const rows: Record<string, Figures[]> = {}
  for (let run = 0; run < RUNS; run++) {
    for (const [name, load] of [
      ['reports of 1000', LARGE],
      ['single addresses', SINGLE],
    ] as const) {
      const note = (store: string, figures: Figures) => (rows[`${store}, ${name}`] ??= []).push(figures)
      note('sqlite', await measure([await openSqlite()], load))
      note('postgres', await measure([await openPostgres(await freshUrl())], load))
      const shared = await freshUrl()
      note('postgres twice', await measure([await openPostgres(shared), await openPostgres(shared)], load))
    }
  }
  const result = Object.fromEntries(Object.entries(rows).map(([what, runs]) => [what, medianOf(runs)]))
  console.log(JSON.stringify({ node: process.version, runs: RUNS, bar: BAR, ...result }, undefined, 2))
} finally {
  await server?.remove()
  rmSync(scratch, { recursive: true, force: true })
}

async function freshUrl(): Promise<string> {
  return given ?? (await server?.createDatabase()) ?? ''
}

async function openSqlite(): Promise<Service> {
  return await openService(openSqliteStore(mkdtempSync(join(scratch, 'data-')), { logger: silentLogger }))
}

async function openPostgres(url: string): Promise<Service> {
  return await openService(openPostgresStore(url, { logger: silentLogger }))
}

async function openService(opening: Promise<SqliteStore | PostgresStore>): Promise<Service> {
  const store = await opening
  const denylist = await openDenylist({
    store: store.denylist,
    queue: store.queue,
    clock: systemClock,
    logger: silentLogger,
  })
  return { store, denylist }
}

/** Services that share a store, here in one process of the operating system; half of all addresses are new. */
async function measure(services: readonly Service[], load: Load): Promise<Figures> {
  let left = load.reports
  const startMs = performance.now()
  const reporters = Array.from({ length: load.inFlight }, async (_, index) => {
    const { denylist } = services[index % services.length]!
    while (left-- > 0) await denylist.submit(reportOf(left, load.addresses))
  })
  await Promise.all(reporters)
  const acknowledgedMs = performance.now() - startMs
  while (services.some(({ denylist }) => denylist.status().waitingRows > 0)) await wait(5)
  const mergedMs = performance.now() - startMs
  for (const { denylist, store } of services) {
    await denylist.close()
    await store.close()
  }
  const perSecond = (ms: number) => Math.round((load.reports * load.addresses * 1000) / ms)
  return { addressesPerSecond: perSecond(acknowledgedMs), mergedPerSecond: perSecond(mergedMs) }
}

function medianOf(runs: readonly Figures[]): Figures {
  const middle = (pick: (figures: Figures) => number) =>
    runs.map(pick).toSorted((a, b) => a - b)[Math.floor(runs.length / 2)] ?? 0
  return {
    addressesPerSecond: middle((figures) => figures.addressesPerSecond),
    mergedPerSecond: middle((figures) => figures.mergedPerSecond),
  }
}
