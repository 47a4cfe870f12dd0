/**
 * The main job, end to end, beside its limits on the same file in the same run: npm run bench [-- LOG]
 * Reads a Cowrie log with `report --once`, into a sink that takes everything at once and into a service of its own, and
 * prints whole-process figures (start-up included) next to `cat`, `grep -c` and `jq`, and whether the bars are met. Without
 * LOG a log of a million lines is generated where the generator is at hand, else the demo's log is repeated to the same size.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { renderBars } from './bars.ts'
import { makeLog } from './make-log.ts'
import { type Figures, measure, peakMbOf } from './measure.ts'
import { honeyjam, ROOT, UNLIMITED, withService, withSink } from './programs.ts'

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
  const jqFilter = 'select(.eventid|startswith("cowrie.login"))|.src_ip'
  const rows = await bestOfEach([
    () => shell('cat | cat', 'cat "$0" | cat >/dev/null', log),
    () => shell("LC_ALL=C grep -c 'cowrie.login'", 'LC_ALL=C grep -c cowrie.login "$0" | cat', log),
    () => shell('jq, login sources', `jq -c '${jqFilter}' "$0" >/dev/null`, log),
    () => readAlone(log),
    () => reportIntoSink(log),
    () => reportIntoService(log),
  ])
  const [, grep, jq, , intoSink] = rows as [Figures, Figures, Figures, Figures, Figures]
  printTable(rows, grep, megabytes)
  console.log(`\nreport --once into a sink:\n${renderBars({ once: intoSink, grep, jq }).join('\n')}`)
}

/** @param script takes the log as `$0` */
async function shell(what: string, script: string, log: string): Promise<Figures> {
  return await measure(what, spawn('sh', ['-c', script, log]))
}

/** What of `report --once` is the reading: the log's login events are found and counted, nothing is kept or sent. */
async function readAlone(log: string): Promise<Figures> {
  const args = [join(ROOT, 'bench/read-log.ts'), log]
  const figures = await measure('honeyjam, reading alone', spawn(process.execPath, args))
  console.log(`  reading alone: ${figures.output.trim()}`)
  return figures
}

async function reportIntoSink(log: string): Promise<Figures> {
  return await withSink(scratch, async (targetOptions) => {
    const figures = await reportOnce('honeyjam report --once, sink', log, targetOptions)
    console.log(`  into a sink: ${summaryLine(figures.output)}`)
    return figures
  })
}

/** One `report --once` into a fresh service; the service's start is not counted. */
async function reportIntoService(log: string): Promise<Figures> {
  return await withService(scratch, async ({ process: service, targetOptions }) => {
    const figures = await reportOnce('honeyjam report --once, durable', log, targetOptions)
    const serviceMb = peakMbOf(service)
    console.log(`  into a service: ${summaryLine(figures.output)}; its peak ${serviceMb.toFixed(0)} MB`)
    return figures
  })
}

async function reportOnce(what: string, log: string, targetOptions: readonly string[]): Promise<Figures> {
  const options = ['--ttl-from', 'arrival', '--json', '--log-level', 'error']
  const limit = ['--requests-per-minute', UNLIMITED]
  return await measure(what, honeyjam(['report', '--once', log, ...options, ...targetOptions, ...limit]))
}

/** The runs take turns, so that what else the machine does meets all alike. */
async function bestOfEach(runs: readonly (() => Promise<Figures>)[]): Promise<Figures[]> {
  const best: Figures[] = []
  for (let round = 0; round < RUNS; round++) {
    for (const [index, run] of runs.entries()) {
      const figures = await run()
      const known = best[index]
      if (known === undefined || figures.wallSeconds < known.wallSeconds) best[index] = figures
    }
  }
  return best
}

function summaryLine(output: string): string {
  const { events, tracked, distinct, reported, requests } = JSON.parse(output) as Record<string, number>
  return `${events} events, ${tracked} tracked, ${distinct} distinct, ${reported} reported in ${requests} requests`
}

function printTable(rows: readonly Figures[], grep: Figures, megabytes: number): void {
  console.log(
    `\n${'what'.padEnd(34)}${'seconds'.padStart(9)}${'MB/s'.padStart(8)}${'x grep'.padStart(8)}${'peak MB'.padStart(9)}`,
  )
  for (const { what, wallSeconds, peakMb } of rows) {
    const cells = [
      what.padEnd(34),
      wallSeconds.toFixed(2).padStart(9),
      (megabytes / wallSeconds).toFixed(0).padStart(8),
      (wallSeconds / grep.wallSeconds).toFixed(1).padStart(8),
      peakMb.toFixed(0).padStart(9),
    ]
    console.log(cells.join(''))
  }
}
