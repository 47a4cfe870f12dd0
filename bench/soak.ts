/**
 * The service at a tenth of its rate for a long time: npm run soak [-- --minutes 30] [--store sqlite|postgres]
 * Reports, look-ups, lists, downloads, keys, heartbeats, garbage and connections that break, all at once. Entries live a minute, so
 * that sweeping takes part. Looks at memory, handles, delays of the event loop and files every ten seconds; ends with a verdict
 * over the last two thirds, and fails when memory or handles rise or an answer was not the expected one.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startPostgres } from '../test/support/postgres-server.ts'
import { type BenchStore, postgresBenchStore, sqliteBenchStore } from './service/bench-store.ts'
import type { JobFigures, Target } from './service/jobs.ts'
import { MIXED_CALLS, type MixedCall } from './service/mixed-calls.ts'
import { errorsText, latencies } from './service/print.ts'
import { type RunningService, runService, startLoad } from './service/run-service.ts'
import { trendOf } from './service/slope.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    store: { type: 'string', default: 'sqlite' },
  },
})
const SECONDS = 60 * Number(values.minutes)
const SAMPLE_SECONDS = 10
const SAMPLES_A_LINE = 3
/** Few enough that all have been on the list before the last two thirds begin. */
const POOL = 1_000_000
const TTL_SECONDS = 60
const LARGE = { kind: 'reports', addresses: 1000, senders: 4, perSecond: 10 } as const
const SINGLE = { kind: 'reports', addresses: 1, senders: 16, perSecond: 100 } as const
const LOOK_UPS = { kind: 'look-ups', senders: 8, perSecond: 50, known: POOL } as const
/**
 * What a line may rise by over the last two thirds. Memory may rise by as much as the files besides: the page cache of SQLite is
 * filled as far as they are large, up to its bound.
 */
const MOST_RISE_SHARE = 0.05
const MOST_HANDLES = 5

interface Row {
  readonly residentMb: number
  readonly heapMb: number
  readonly arraysMb: number
  readonly handles: number
  readonly loopP99Ms: number
  readonly loopWorstMs: number
  readonly filesMb: number
}

const scratch = mkdtempSync(join(tmpdir(), 'honeyjam-soak-'))
const server = values.store === 'postgres' ? await startPostgres() : undefined
try {
  const store =
    server === undefined
      ? sqliteBenchStore(scratch)
      : postgresBenchStore(server, await server.createDatabase())
  await soak(store)
} finally {
  await server?.remove()
  rmSync(scratch, { recursive: true, force: true })
}

async function soak(store: BenchStore): Promise<void> {
  console.log(`${store.name}, ${values.minutes} min, load average at the start ${loadavg()[0]?.toFixed(2)}`)
  const service = await runService({ directory: scratch, store })
  const target = { url: service.url, key: readFileSync(service.keyFile, 'utf8').trim() }
  const ended = new AbortController()
  const mixed = MIXED_CALLS.map((call) => repeat(call, target, ended.signal))
  const figures = runJobs(service)
  const rows = await sampleAll(service, ended)
  const surprises = (await Promise.all(mixed)).flat()
  const jobs = await figures
  await service.stop()
  for (const [what, figure] of Object.entries(jobs))
    console.log(`${what}: ${figure.requests}, ${latencies(figure)}, ${errorsText(figure)}`)
  judge(rows, [...surprises, ...Object.values(jobs).flatMap(({ errors }) => Object.keys(errors))])
}

async function runJobs(service: RunningService): Promise<Readonly<Record<string, JobFigures>>> {
  const common = { seconds: SECONDS, firstNew: 0, ttlSeconds: TTL_SECONDS, pool: POOL }
  const jobs = {
    'reports of 1000 addresses': { ...LARGE, ...common },
    'reports of one address': { ...SINGLE, ...common },
    assessments: { ...LOOK_UPS, path: '/v1/assess/ip/', seconds: SECONDS },
    checks: { ...LOOK_UPS, path: '/honeyjam/v1/check/', seconds: SECONDS },
  }
  const results = Object.entries(jobs).map(async ([what, job]) => {
    const load = startLoad(service)
    const figures = await load.run(job)
    await load.stop()
    return [what, figures] as const
  })
  return Object.fromEntries(await Promise.all(results))
}

async function repeat(call: MixedCall, target: Target, ended: AbortSignal): Promise<readonly string[]> {
  const surprises: string[] = []
  let times = 0
  while (!ended.aborted) {
    surprises.push(
      ...(await call.run(target).catch((error: unknown) => [String(error)])).map(
        (text) => `${call.name}: ${text}`,
      ),
    )
    times++
    await wait(2000 * call.everySeconds * Math.random(), undefined, { signal: ended }).catch(() => undefined)
  }
  console.log(`${call.name}: ${times} times, ${surprises.length} unexpected answers`)
  return surprises
}

async function sampleAll(service: RunningService, ended: AbortController): Promise<readonly Row[]> {
  const rows: Row[] = []
  const startMs = performance.now()
  console.log(' minute   RSS MB  heap MB  arrays MB  handles  loop p99 ms  worst ms  files MB')
  while (performance.now() < startMs + 1000 * SECONDS) {
    await wait(1000 * SAMPLE_SECONDS)
    const row = await lookAt(service)
    rows.push(row)
    if (rows.length % SAMPLES_A_LINE === 0) printRow((performance.now() - startMs) / 60_000, row)
  }
  ended.abort()
  return rows
}

async function lookAt(service: RunningService): Promise<Row> {
  const { rssBytes, heapBytes, arrayBufferBytes, loopP99Ms, loopWorstMs } = await service.sample()
  return {
    residentMb: rssBytes / 1e6,
    heapMb: heapBytes / 1e6,
    arraysMb: arrayBufferBytes / 1e6,
    handles: readdirSync(`/proc/${service.process.pid}/fd`).length,
    loopP99Ms,
    loopWorstMs,
    filesMb: sumOf(readdirSync(scratch).map((name) => sizeOf(join(scratch, name)))) / 1e6,
  }
}

function printRow(minute: number, row: Row): void {
  const cells = [
    minute.toFixed(1).padStart(7),
    row.residentMb.toFixed(0).padStart(9),
    row.heapMb.toFixed(1).padStart(9),
    row.arraysMb.toFixed(0).padStart(11),
    String(row.handles).padStart(9),
    row.loopP99Ms.toFixed(0).padStart(13),
    row.loopWorstMs.toFixed(0).padStart(10),
    row.filesMb.toFixed(0).padStart(10),
  ]
  console.log(cells.join(''))
}

function judge(rows: readonly Row[], surprises: readonly string[]): void {
  const lastTwoThirds = rows.slice(Math.floor(rows.length / 3))
  const resident = trendOf(lastTwoThirds.map(({ residentMb }) => residentMb))
  const files = trendOf(lastTwoThirds.map(({ filesMb }) => filesMb))
  const handles = trendOf(lastTwoThirds.map((row) => row.handles))
  const verdicts = {
    memory: resident.rise - Math.max(0, files.rise) <= MOST_RISE_SHARE * resident.mean,
    handles: handles.rise <= MOST_HANDLES,
    answers: surprises.length === 0,
  }
  console.log(
    `\nover the last two thirds (${((lastTwoThirds.length * SAMPLE_SECONDS) / 60).toFixed(0)} min):`,
  )
  console.log(
    `memory: ${resident.mean.toFixed(0)} MB, rises by ${resident.rise.toFixed(1)} MB, the files by ${files.rise.toFixed(1)} MB: ${word(verdicts.memory)}`,
  )
  console.log(
    `handles: ${handles.mean.toFixed(1)}, rise by ${handles.rise.toFixed(1)}: ${word(verdicts.handles)}`,
  )
  console.log(`answers other than expected: ${surprises.length}`)
  for (const surprise of new Set(surprises.slice(0, 20))) console.log(`  ${surprise}`)
  if (!Object.values(verdicts).every(Boolean)) process.exitCode = 1
}

function word(isFlat: boolean): string {
  return isFlat ? 'flat' : 'rising'
}

/** A file may go while it is looked at. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0)
}
