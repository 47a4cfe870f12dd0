import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { agentConfig } from '../../test/support/agent-options.ts'
import { captureLog, type LogLine } from '../../test/support/captured-logger.ts'
import { accepted, FakeReportServer, status } from '../../test/support/fake-report-server.ts'
import { batchEndingAt, eventFrom } from '../../test/support/log-batch.ts'
import { ManualClock } from '../../test/support/manual-clock.ts'
import type { LogBatch } from '../cowrie/index.ts'
import type { Logger } from '../runtime/index.ts'
import type { TargetProgress } from './agent-observer.ts'
import { Bell } from './bell.ts'
import type { FollowLog } from './log-source.ts'
import { type AgentProgress, type RunAgentOptions, runAgent } from './run-agent.ts'
import { AgentStatusBoard } from './status-board.ts'

/** Stands for the logs: whatever a test writes is read at once. */
class FakeLogs {
  readonly #batches = new Map<string, (LogBatch | Error)[]>()
  readonly #bells = new Map<string, Bell>()
  readonly starts: (readonly [path: string, from: number | undefined])[] = []

  write(path: string, offset: number, ...addresses: string[]): void {
    this.#listOf(path).push(
      batchEndingAt(
        offset,
        addresses.map((address) => eventFrom(address)),
      ),
    )
    this.#bellOf(path).ring()
  }

  /** Lets the reading end with an error once everything before it was read. */
  fail(path: string, error: Error): void {
    this.#listOf(path).push(error)
    this.#bellOf(path).ring()
  }

  readonly follow: FollowLog = (options) => this.#follow(options)

  async *#follow({ path, from, signal }: Parameters<FollowLog>[0]): AsyncGenerator<LogBatch> {
    this.starts.push([path, from?.offset])
    while (!signal.aborted) {
      const next = this.#listOf(path).shift()
      if (next instanceof Error) throw next
      if (next === undefined) await this.#bellOf(path).wait(signal)
      else yield next
    }
  }

  #listOf(path: string): (LogBatch | Error)[] {
    return this.#batches.get(path) ?? this.#batches.set(path, []).get(path)!
  }

  #bellOf(path: string): Bell {
    return this.#bells.get(path) ?? this.#bells.set(path, new Bell()).get(path)!
  }
}

let directory: string
let server: FakeReportServer
let clock: ManualClock
let logs: FakeLogs
let stop: AbortController
let logger: Logger
let lines: LogLine[]

function start(options: Partial<RunAgentOptions> = {}): Promise<AgentProgress> {
  return runAgent({
    config: agentConfig(),
    targets: [{ apiUrl: server.apiUrl, bearerToken: 'tja_test' }],
    ttlFrom: 'event',
    logPaths: ['/log'],
    stateDirectory: join(directory, 'state'),
    clock,
    logger,
    signal: stop.signal,
    follow: logs.follow,
    random: () => 0,
    ...options,
  })
}

const messages = () => lines.map(({ msg }) => msg)

async function untilLogged(words: string, times: number): Promise<void> {
  await vi.waitFor(() => expect(messages().filter((text) => text.includes(words))).toHaveLength(times), {
    timeout: 10_000,
  })
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-agent-'))
  server = await FakeReportServer.start()
  clock = new ManualClock()
  logs = new FakeLogs()
  stop = new AbortController()
  ;({ logger, lines } = captureLog())
})

afterEach(async () => {
  await server.close()
  rmSync(directory, { recursive: true })
})

describe('a running agent', () => {
  it('says what the removed module said at its start', async () => {
    const running = start()
    stop.abort()
    await running
    expect(messages()).toEqual([
      'ThreatJammer.com output plugin successfully initialized. Category=ABUSE. TTL=86400. Session Tracking=False. Login Tracking=True',
      'ThreatJammer.com output plugin successfully terminated. Bye!',
    ])
  })

  it('reports the last address of a quiet honeypot a minute later, with nothing after it', async () => {
    const running = start()
    logs.write('/log', 1, '192.0.2.1')
    await clock.untilSleeping(clock.nowMs() + 60_000)
    const seenAtMs = clock.nowMs()
    await clock.advance(60_000)
    await server.until(({ requests }) => requests.length === 1)
    expect(server.takenReports).toMatchObject([{ addresses: ['192.0.2.1'], observed_at: [seenAtMs] }])
    stop.abort()
    expect(await running).toMatchObject({ waitingAddresses: 0, totals: { addresses: 1 } })
  })

  it('leaves the times out when the time to live counts from arrival', async () => {
    const running = start({ ttlFrom: 'arrival', config: agentConfig({ flushAddresses: 1 }) })
    logs.write('/log', 1, '192.0.2.1')
    await server.until(({ requests }) => requests.length === 1)
    stop.abort()
    await running
    expect(server.takenReports[0]).not.toHaveProperty('observed_at')
  })

  it('reports everything to each of several targets, and one that is dead holds back none', async () => {
    const other = await FakeReportServer.start({ answer: () => ({ kind: 'hang' }) })
    const targets = [
      { apiUrl: server.apiUrl, bearerToken: 'tja_test' },
      { apiUrl: other.apiUrl, bearerToken: 'tja_other' },
    ]
    const follow = (): FollowLog => {
      // each target reads for itself, with a place of its own
      const own = new FakeLogs()
      own.write('/log', 1, '192.0.2.1')
      own.write('/log', 2, '192.0.2.2')
      return own.follow
    }
    const config = agentConfig({ flushAddresses: 1 })
    const running = start({ targets, config, follow: (options) => follow()(options) })
    await untilLogged('successfully reported', 2)
    await other.until(({ requests }) => requests.length === 1)
    expect(other.requests[0]?.headers['authorization']).toBe('Bearer tja_other')
    stop.abort()
    await clock.untilSleeping(clock.nowMs() + 5000)
    await clock.advance(5000)
    expect(await running).toMatchObject({ waitingAddresses: 2, totals: { addresses: 2 } })
    await other.close()
  })

  it('reads no further while as many addresses wait as may, and loses none of the others', async () => {
    let isAway = true
    await server.close()
    server = await FakeReportServer.start({ answer: () => (isAway ? status(500) : accepted) })
    const config = agentConfig({ flushAddresses: 1, spool: { maxAddresses: 1, whenFull: 'wait' } })
    const running = start({ config })
    logs.write('/log', 1, '192.0.2.1')
    await untilLogged('failed to report', 1)
    logs.write('/log', 2, '192.0.2.2')
    logs.write('/log', 3, '192.0.2.3')
    await untilLogged('too many addresses wait', 1)
    isAway = false
    await vi.waitFor(async () => {
      await clock.advance(60_000)
      expect(server.reportsByAddress.size).toBe(3)
    }, 20_000)
    stop.abort()
    expect(await running).toMatchObject({ waitingAddresses: 0, totals: { addresses: 3 } })
  })

  it('sends what waited for a mistyped URL to the right one', async () => {
    const config = agentConfig({ flushAddresses: 1 })
    const targets = [{ apiUrl: 'http://127.0.0.1:1/v1/ip', bearerToken: 'tja_test' }]
    const mistyped = start({ targets, config, graceMs: 0 })
    logs.write('/log', 1, '192.0.2.1')
    await untilLogged('failed when reporting', 1)
    stop.abort()
    expect(await mistyped).toMatchObject({ waitingAddresses: 1 })
    stop = new AbortController()
    const right = start({ config })
    await server.until(({ reportsByAddress }) => reportsByAddress.size === 1)
    stop.abort()
    expect(await right).toMatchObject({ waitingAddresses: 0 })
  })

  it('gathers what several logs show into one report, and goes on in each', async () => {
    const logPaths = ['/log', '/other']
    const first = start({ logPaths, config: agentConfig({ flushAddresses: 2 }) })
    logs.write('/log', 7, '192.0.2.1')
    logs.write('/other', 9, '192.0.2.2')
    await server.until(({ requests }) => requests.length === 1)
    stop.abort()
    await first
    stop = new AbortController()
    const second = start({ logPaths })
    stop.abort()
    await second
    expect(server.takenReports[0]?.addresses.toSorted()).toEqual(['192.0.2.1', '192.0.2.2'])
    expect(logs.starts).toEqual([
      ['/log', undefined],
      ['/other', undefined],
      ['/log', 7],
      ['/other', 9],
    ])
  })

  it('tells how much waits and was delivered', async () => {
    const told: TargetProgress[] = []
    const observer = {
      onLogs: () => undefined,
      onRead: () => undefined,
      onProgress: (_: string, progress: TargetProgress) => told.push(progress),
    }
    const running = start({ observer, config: agentConfig({ flushAddresses: 1 }) })
    logs.write('/log', 1, '192.0.2.1')
    await server.until(({ requests }) => requests.length === 1)
    stop.abort()
    await running
    expect(told.map(({ waitingAddresses, step }) => [waitingAddresses, step?.kind])).toEqual([
      [0, undefined],
      [1, undefined],
      [0, 'delivered'],
    ])
    expect(told.at(-1)?.totals).toEqual({ requests: 1, batches: 1, addresses: 1 })
  })

  it('tells which log was read for which target', async () => {
    const board = new AgentStatusBoard({ clock })
    const running = start({ observer: board, logPaths: ['/log', '/other'] })
    logs.write('/log', 1, '192.0.2.1', '192.0.2.2')
    await clock.untilSleeping(clock.nowMs() + 60_000)
    stop.abort()
    await running
    expect(board.snapshot().targets).toMatchObject([
      {
        target: server.apiUrl,
        logs: [
          { path: '/log', lines: 2, lagBytes: 0 },
          { path: '/other', lines: 0, lagBytes: null },
        ],
        totals: { addresses: 2 },
      },
    ])
  })

  it('takes up logs that appear where a pattern looks, also for each of several targets', async () => {
    const board = new AgentStatusBoard({ clock })
    const targets = ['tja_test', 'tja_other'].map((bearerToken, index) => {
      return { apiUrl: `${server.apiUrl}${index === 0 ? '' : '?other'}`, bearerToken }
    })
    const path = join(directory, 'new', 'cowrie.json')
    const running = start({ targets, observer: board, logPatterns: [join(directory, '*', 'cowrie.json')] })
    await untilLogged('initialized', 2)
    mkdirSync(join(directory, 'new'))
    writeFileSync(path, '')
    await clock.untilSleeping(clock.nowMs() + 10_000)
    await clock.advance(10_000)
    await vi.waitFor(() => expect(logs.starts.filter(([log]) => log === path)).toHaveLength(2))
    stop.abort()
    await running
    for (const { logs: shown } of board.snapshot().targets) {
      expect(shown).toMatchObject([{ path: '/log' }, { path, lines: 0 }])
    }
  })

  it('lets nobody else use its directory', async () => {
    const running = start()
    await expect(start()).rejects.toMatchObject({ code: 'DIRECTORY_LOCKED' })
    stop.abort()
    await running
  })
})

describe('stopping', () => {
  it('delivers what was seen a moment before', async () => {
    const running = start()
    logs.write('/log', 1, '192.0.2.1')
    await clock.untilSleeping(clock.nowMs() + 60_000)
    stop.abort()
    expect(await running).toMatchObject({ waitingAddresses: 0 })
    expect(server.takenReports).toMatchObject([{ addresses: ['192.0.2.1'] }])
  })

  it('keeps what cannot be delivered within the grace, and says so', async () => {
    server.script({ kind: 'hang' })
    const running = start()
    logs.write('/log', 1, '192.0.2.1', '192.0.2.2')
    await clock.untilSleeping(clock.nowMs() + 60_000)
    stop.abort()
    await server.until(({ requests }) => requests.length === 1)
    await clock.advance(5000)
    expect(await running).toMatchObject({ waitingAddresses: 2 })
    expect(messages()).toContain('2 addresses are kept on disk and go out at the next start')

    stop = new AbortController()
    const again = start()
    await server.until(({ requests }) => requests.length === 2)
    stop.abort()
    await again
    expect(new Set(server.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1)
    expect(server.reportsByAddress.size).toBe(2)
  })

  it('does not wait for a limit that ends after the grace', async () => {
    server.script(status(429, { headers: { 'retry-after': '3600' } }))
    const running = start({ config: agentConfig({ flushAddresses: 1 }) })
    logs.write('/log', 1, '192.0.2.1')
    await clock.untilSleeping(clock.nowMs() + 3_000_000)
    stop.abort()
    expect(await running).toMatchObject({ waitingAddresses: 1 })
  })

  it('waits for a failure that may be over within the grace', async () => {
    server.script(status(503))
    const running = start({ config: agentConfig({ flushAddresses: 1 }) })
    logs.write('/log', 1, '192.0.2.1')
    await clock.untilSleeping(clock.nowMs() + 2000)
    stop.abort()
    await clock.untilSleeping(clock.nowMs() + 5000)
    await clock.advance(2000)
    expect(await running).toMatchObject({ waitingAddresses: 0 })
    expect(server.requests).toHaveLength(2)
  })

  it('comes by itself when a log cannot be read any more: what was read is kept and the failure is passed on', async () => {
    logs.write('/log', 1, '192.0.2.1')
    logs.fail('/log', new Error('the log is gone'))
    await expect(start()).rejects.toThrow('the log is gone')
    expect(server.takenReports).toMatchObject([{ addresses: ['192.0.2.1'] }])
    const again = start()
    stop.abort()
    await again
    expect(logs.starts.at(-1)).toEqual(['/log', 1])
  })
})
