/**
 * The main job, end to end, beside its limits on the same file in the same run: npm run bench [-- LOG]
 * Reads a Cowrie log with `report --once` into a local service of its own and prints whole-process figures (start-up
 * included) next to `cat`, `grep -c` and `jq`. Without LOG a log of a million lines is generated where the generator is
 * at hand, else the demo's log is repeated to the same size.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const GENERATOR = join(ROOT, '../shared/tools/gen-cowrie-log.mjs')
const LINES = 1_000_000
const BYTES = 447_000_000
const RUNS = 3
const UNLIMITED = '1000000'

interface Figures {
  readonly what: string
  readonly wallSeconds: number
  readonly peakMb: number
  readonly output: string
}

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
  const data = mkdtempSync(join(scratch, 'data-'))
  const service = honeyjam(['serve', '--data', data, '--port', '0', '--reports-per-minute', UNLIMITED])
  try {
    await until(() => existsSync(join(data, 'service.json')))
    const { url } = JSON.parse(readFileSync(join(data, 'service.json'), 'utf8')) as { url: string }
    const figures = await measure(
      'honeyjam report --once, durable',
      honeyjam([
        'report',
        '--once',
        log,
        '--ttl-from',
        'arrival',
        '--json',
        '--data',
        data,
        '--api-url',
        url,
        '--key-file',
        join(data, 'admin.key'),
        '--requests-per-minute',
        UNLIMITED,
        '--log-level',
        'error',
      ]),
    )
    const serviceMb = peakMbOf(service)
    console.log(`  report --once: ${summaryLine(figures.output)}; service peak ${serviceMb.toFixed(0)} MB`)
    return figures
  } finally {
    const exited = once(service, 'exit')
    service.kill('SIGTERM')
    await exited
    rmSync(data, { recursive: true, force: true })
  }
}

function honeyjam(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [join(ROOT, 'bin/honeyjam.js'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

async function measure(what: string, child: ChildProcess): Promise<Figures> {
  const startMs = performance.now()
  let output = ''
  let peakMb = 0
  child.stdout?.on('data', (piece: Buffer) => {
    output += piece.toString()
  })
  const watch = setInterval(() => {
    peakMb = Math.max(peakMb, peakMbOf(child))
  }, 20)
  const [code] = (await once(child, 'close')) as [number | null]
  clearInterval(watch)
  if (code !== 0) throw new Error(`${what} ended with ${code}`)
  return { what, wallSeconds: (performance.now() - startMs) / 1000, peakMb, output }
}

/** High-water mark of the process's memory (Linux; 0 elsewhere). */
function peakMbOf({ pid }: ChildProcess): number {
  const status = `/proc/${pid}/status`
  if (!existsSync(status)) return 0
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(status, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0 // ended between the look and the read
  }
}

async function best(run: () => Promise<Figures>): Promise<Figures> {
  const runs: Figures[] = []
  for (let i = 0; i < RUNS; i++) runs.push(await run())
  return runs.reduce((left, right) => (right.wallSeconds < left.wallSeconds ? right : left))
}

async function until(isDone: () => boolean): Promise<void> {
  const giveUpAtMs = performance.now() + 20_000
  while (!isDone()) {
    if (performance.now() > giveUpAtMs) throw new Error('the service did not start within 20 s')
    await wait(20)
  }
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

function makeLog(path: string): string {
  console.log('making a log of a million lines ...')
  if (existsSync(GENERATOR)) {
    const args = [GENERATOR, '--lines', String(LINES), '--ips', '50000', '--seed', '1', '--out', path]
    if (spawnSync(process.execPath, args, { stdio: 'inherit' }).status === 0) return path
  }
  const demo = readFileSync(join(ROOT, 'demo/cowrie.json'))
  for (let bytes = 0; bytes < BYTES; bytes += demo.length) writeFileSync(path, demo, { flag: 'a' })
  return path
}
