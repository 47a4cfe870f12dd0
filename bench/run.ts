/**
 * The main job, end to end, beside its limits on the same file in the same run: npm run bench [-- LOG]
 * Reads a Cowrie log with `report --once` into a local service of its own and prints whole-process figures (start-up
 * included) next to `cat`, `grep -c` and `jq`. Without LOG a log of a million lines is generated where the generator is
 * at hand, else the demo's log is repeated to the same size.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeLog } from './make-log.ts'
import { type Figures, measure, peakMbOf } from './measure.ts'
import { honeyjam, ROOT, UNLIMITED, withService } from './programs.ts'

const RUNS = 3

const scratch = mkdtempSync(join(tmpdir(), 'honeyjam-bench-'))
try {
  await main(process.argv[2] ?? makeLog(join(scratch, 'cowrie.json')))
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

async function main(log: string): Promise<void> {
  const megabytes = statSync(log).size / 1e6
  console.log(
    `node ${process.version}, log of ${megabytes.toFixed(0)} MB, best of ${RUNS} runs, whole processes\n`,
  )
  const peers: readonly (readonly [string, string, ...string[]])[] = [
    ['cat | cat', 'sh', '-c', 'cat "$0" | cat >/dev/null', log],
    ["LC_ALL=C grep -c 'cowrie.login'", 'sh', '-c', 'LC_ALL=C grep -c cowrie.login "$0" | cat', log],
    [
      'jq, login sources',
      'sh',
      '-c',
      `jq -c 'select(.eventid|startswith("cowrie.login"))|.src_ip' "$0" >/dev/null`,
      log,
    ],
  ]
  const rows: Figures[] = []
  for (const [what, program, ...args] of peers)
    rows.push(await best(() => measure(what, spawn(program, args))))
  rows.push(await best(() => readAlone(log)))
  rows.push(await best(() => reportOnce(log)))
  printTable(rows, megabytes)
}

/** What of `report --once` is the reading: the log's login events are found and counted, nothing is kept or sent. */
async function readAlone(log: string): Promise<Figures> {
  const args = [join(ROOT, 'bench/read-log.ts'), log]
  const figures = await measure('honeyjam, reading alone', spawn(process.execPath, args))
  console.log(`  reading alone: ${figures.output.trim()}`)
  return figures
}

/** One `report --once` into a fresh service; the service's start is not counted. */
async function reportOnce(log: string): Promise<Figures> {
  return await withService(scratch, async ({ process: service, targetOptions }) => {
    const options = ['--ttl-from', 'arrival', '--json', '--log-level', 'error']
    const limit = ['--requests-per-minute', UNLIMITED]
    const agent = honeyjam(['report', '--once', log, ...options, ...targetOptions, ...limit])
    const figures = await measure('honeyjam report --once, durable', agent)
    const serviceMb = peakMbOf(service)
    console.log(`  report --once: ${summaryLine(figures.output)}; service peak ${serviceMb.toFixed(0)} MB`)
    return figures
  })
}

async function best(run: () => Promise<Figures>): Promise<Figures> {
  const runs: Figures[] = []
  for (let i = 0; i < RUNS; i++) runs.push(await run())
  return runs.reduce((left, right) => (right.wallSeconds < left.wallSeconds ? right : left))
}

function summaryLine(output: string): string {
  const { events, tracked, distinct, reported, requests } = JSON.parse(output) as Record<string, number>
  return `${events} events, ${tracked} tracked, ${distinct} distinct, ${reported} reported in ${requests} requests`
}

function printTable(rows: readonly Figures[], megabytes: number): void {
  const grep = rows.find(({ what }) => what.includes('grep'))?.wallSeconds ?? Number.NaN
  console.log(
    `\n${'what'.padEnd(34)}${'seconds'.padStart(9)}${'MB/s'.padStart(8)}${'x grep'.padStart(8)}${'peak MB'.padStart(9)}`,
  )
  for (const { what, wallSeconds, peakMb } of rows) {
    const cells = [
      what.padEnd(34),
      wallSeconds.toFixed(2).padStart(9),
      (megabytes / wallSeconds).toFixed(0).padStart(8),
      (wallSeconds / grep).toFixed(1).padStart(8),
      peakMb.toFixed(0).padStart(9),
    ]
    console.log(cells.join(''))
  }
}
