import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OnceSummary } from '../../src/agent/index.ts'
import { loginLine } from '../support/agent-options.ts'
import type { AgentProcessOptions } from '../support/agent-process.ts'
import { accepted, type FakeAnswer, FakeReportServer, status } from '../support/fake-report-server.ts'
import { randomFrom } from '../support/random.ts'

const AGENT = fileURLToPath(new URL('../support/agent-process.ts', import.meta.url))
const KILLS = 12
const ADDRESSES = 400
const ONCE_KILLS = 6
const OLD_LINES = 20_000

const seed = Number(process.env['HONEYJAM_TEST_SEED'] ?? Date.now() % 1_000_000)

const random = randomFrom(seed)
const between = (from: number, to: number) => from + Math.floor(random() * (to - from))

let directory: string
let server: FakeReportServer
let isHealthy: boolean
let agents: ChildProcess[]

/** A service on its worst day: it fails in every way, and takes some reports without saying so. */
function answer(): FakeAnswer {
  const dice = random()
  if (isHealthy || dice < 0.4) return accepted
  if (dice < 0.55) return { kind: 'take-and-reset' }
  if (dice < 0.65) return { kind: 'reset' }
  if (dice < 0.72) return { kind: 'hang' }
  if (dice < 0.8) return { kind: 'garbage' }
  return status([401, 422, 429, 500, 503][between(0, 5)] ?? 500, { headers: { 'retry-after': '0' } })
}

function start(work: Pick<AgentProcessOptions, 'logPaths' | 'files'>): ChildProcess {
  const options: AgentProcessOptions = {
    settings: { flushSeconds: 0.03, flushAddresses: 20, requestsPerMinute: 1000 },
    apiUrl: server.apiUrl,
    stateDirectory: join(directory, 'state'),
    ...work,
  }
  const agent = spawn(process.execPath, [AGENT, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  agents.push(agent)
  return agent
}

function startAgent(): ChildProcess {
  return start({ logPaths: [join(directory, 'cowrie.json')] })
}

/** Writes each address once and some again, in pieces that end anywhere, and rotates the log now and then. */
class LogWriter {
  readonly linesByAddress = new Map<string, number>()
  readonly #path = join(directory, 'cowrie.json')
  #rest = ''
  #rotations = 0

  write(lines: number): void {
    for (let i = 0; i < lines && this.linesByAddress.size < ADDRESSES; i++) this.#rest += this.#nextLine()
    const cut = random() < 0.5 ? this.#rest.length : between(0, this.#rest.length)
    appendFileSync(this.#path, this.#rest.slice(0, cut))
    this.#rest = this.#rest.slice(cut)
    if (this.linesByAddress.size > 5 && random() < 0.04) this.#rotate()
  }

  /** Writes what is held back of a line. */
  flush(): void {
    appendFileSync(this.#path, this.#rest)
    this.#rest = ''
  }

  end(): void {
    while (this.linesByAddress.size < ADDRESSES) this.write(20)
    this.flush()
  }

  #nextLine(): string {
    const known = this.linesByAddress.size
    // the even ones come once, so that each must be reported once exactly
    const isNew = known < 2 || random() < 0.8
    const number = isNew ? known : 1 + 2 * between(0, Math.floor(known / 2))
    const address = `198.51.${100 + (number >> 8)}.${number & 255}`
    this.linesByAddress.set(address, (this.linesByAddress.get(address) ?? 0) + 1)
    return loginLine(address)
  }

  #rotate(): void {
    this.#rotations += 1
    renameSync(this.#path, `${this.#path}.2026-11-${String(this.#rotations).padStart(2, '0')}`)
  }
}

/** Lets an agent find the log: one that has never seen it begins with the current file, whatever was rotated before. */
async function meetLog(writer: LogWriter): Promise<void> {
  isHealthy = true
  const agent = startAgent()
  writer.write(1)
  writer.flush()
  await server.until(({ requests }) => requests.length > 0)
  await kill(agent)
  isHealthy = false
}

/** Kills an agent unless it has ended by itself. */
async function kill(agent: ChildProcess): Promise<void> {
  if (hasEnded(agent)) return
  const exited = once(agent, 'exit')
  agent.kill('SIGKILL')
  await exited
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-kill-'))
  isHealthy = false
  agents = []
  server = await FakeReportServer.start({ answer })
})

afterEach(async () => {
  for (const agent of agents) await kill(agent)
  await server.close()
  rmSync(directory, { recursive: true })
})

describe('an agent that is killed again and again while its service fails', () => {
  it(`loses no address and reports none twice (seed ${seed})`, async () => {
    const writer = new LogWriter()
    await meetLog(writer)
    for (let round = 0; round < KILLS; round++) {
      const agent = startAgent()
      const endsAtMs = Date.now() + between(250, 900)
      while (Date.now() < endsAtMs) {
        writer.write(between(0, 3))
        await pause(10)
      }
      await kill(agent)
    }
    writer.end()
    isHealthy = true
    const agent = startAgent()
    // what is missing after the time limit is said below
    const all = server.until(({ reportsByAddress }) => reportsByAddress.size >= writer.linesByAddress.size)
    await Promise.race([all, pause(20_000, undefined, { ref: false })])
    const exited = once(agent, 'exit')
    agent.kill('SIGTERM')
    expect(await exited).toEqual([0, null])

    expect([...server.reportsByAddress.keys()].toSorted()).toEqual(
      [...writer.linesByAddress.keys()].toSorted(),
    )
    const reportedMore = [...server.reportsByAddress].filter(
      ([address, reports]) => reports > (writer.linesByAddress.get(address) ?? 0),
    )
    expect(reportedMore).toEqual([])
    expect(keysWithTwoReports()).toEqual([])
  }, 60_000)
})

describe('a run over old logs that is killed again and again', () => {
  it(`reports each address once and counts each line once (seed ${seed})`, async () => {
    const files = ['a.json', 'b.json.gz', 'c.json'].map((name, n) => writeOldLog(name, 100 * n))
    const summary = await lastOfManyRuns(files)
    expect(summary).toMatchObject({
      isFinished: true,
      reportedAddresses: 300,
      waitingAddresses: 0,
      total: { lines: 3 * OLD_LINES, trackedEvents: 3 * OLD_LINES, distinctAddresses: 300 },
    })
    expect(server.reportsByAddress.size).toBe(300)
    expect(new Set(server.reportsByAddress.values())).toEqual(new Set([1]))
    expect(keysWithTwoReports()).toEqual([])
  }, 60_000)
})

/** Runs over the same files, each killed but the last; one that ends before its kill is the last. */
async function lastOfManyRuns(files: string[]): Promise<OnceSummary> {
  for (let round = 0; ; round++) {
    isHealthy = round >= ONCE_KILLS
    const run = start({ files })
    const summary = text(run.stdout!)
    if (!isHealthy) {
      await pause(between(150, 700))
      await kill(run)
    }
    const printed = await summary
    if (printed !== '') return JSON.parse(printed) as OnceSummary
  }
}

/** A log of a hundred addresses of its own. */
function writeOldLog(name: string, firstAddress: number): string {
  const path = join(directory, name)
  const addressOf = (line: number) => firstAddress + (line % 100)
  const lines = Array.from({ length: OLD_LINES }, (_, line) =>
    loginLine(`198.51.${100 + (addressOf(line) >> 8)}.${addressOf(line) & 255}`, line),
  ).join('')
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(lines) : lines)
  return path
}

function keysWithTwoReports(): unknown[] {
  const requestsByKey = Map.groupBy(server.requests, ({ headers }) => headers['idempotency-key'])
  return [...requestsByKey]
    .filter(([, requests]) => new Set(requests.map(({ body }) => body)).size > 1)
    .map(([key]) => key)
}
