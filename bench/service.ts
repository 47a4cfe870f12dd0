/**
 * The service under load: npm run bench:service [-- --quick] [--store sqlite|postgres] [--entries 5000000] [--seconds 60]
 * Each figure comes with its bar, or beside CrowdSec's where it is installed. Service and load are processes of their own; a third one looks addresses up while the second
 * writes at full rate. Without --store both stores are measured, PostgreSQL where it is installed, in a throw-away cluster
 * with its default settings.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { findPostgres, startPostgres } from '../test/support/postgres-server.ts'
import { postgresBenchStore, sqliteBenchStore } from './service/bench-store.ts'
import { measureLookUps } from './service/measure-look-ups.ts'
import { measureMemory } from './service/measure-memory.ts'
import { measurePeer } from './service/measure-peer.ts'
import { measureReports, type ReportBars } from './service/measure-reports.ts'
import type { Place, Plan } from './service/plan.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    store: { type: 'string' },
    entries: { type: 'string' },
    seconds: { type: 'string' },
    profile: { type: 'string' },
  },
})

const BARS: Readonly<Record<'sqlite' | 'postgres', ReportBars>> = {
  sqlite: { intoNone: 100_000, intoMany: 60_000 },
  postgres: { intoNone: 60_000, intoMany: 60_000 },
}

const scratch = mkdtempSync(join(tmpdir(), 'honeyjam-bench-'))
const plan: Plan = {
  scratch,
  entries: Number(values.entries ?? (values.quick ? 200_000 : 5_000_000)),
  seconds: Number(values.seconds ?? (values.quick ? 5 : 60)),
  rounds: values.quick ? 1 : 3,
  nodeOptions: values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`],
}
try {
  const [processor] = cpus()
  console.log(
    `node ${process.version}, ${cpus().length} cores (${processor?.model.trim()}), load average at the start ${loadavg()[0]?.toFixed(2)}`,
  )
  if (values.store !== 'postgres') await measureSqlite()
  if (values.store !== 'sqlite') await measurePostgres()
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

async function measureSqlite(): Promise<void> {
  await measureReports(plan, openSqlite, BARS.sqlite)
  await measureLookUps(plan, openSqlite)
  await measureMemory(plan, openSqlite)
  await measurePeer(plan, openSqlite)
}

function openSqlite(): Place {
  const directory = mkdtempSync(join(scratch, 'data-'))
  return { directory, store: sqliteBenchStore(directory) }
}

async function measurePostgres(): Promise<void> {
  if (findPostgres() === undefined) {
    console.log('\nPostgreSQL is not installed here: left out')
    return
  }
  const server = await startPostgres()
  try {
    const open = async () => {
      const url = await server.createDatabase()
      return { directory: mkdtempSync(join(scratch, 'data-')), store: postgresBenchStore(server, url) }
    }
    await measureReports(plan, open, BARS.postgres)
  } finally {
    await server.remove()
  }
}
