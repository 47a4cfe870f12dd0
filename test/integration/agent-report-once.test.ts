import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type AgentConfig,
  type OnceProgress,
  type OnceSummary,
  type RunOnceOptions,
  runOnce,
} from '../../src/agent/index.ts'
import { parseRange } from '../../src/ip/index.ts'
import { silentLogger } from '../../src/runtime/index.ts'
import { agentConfig, loginLine } from '../support/agent-options.ts'
import { accepted, FakeReportServer, status } from '../support/fake-report-server.ts'
import { ManualClock } from '../support/manual-clock.ts'

let directory: string
let server: FakeReportServer
let clock: ManualClock
let stop: AbortController

function path(name: string): string {
  return join(directory, name)
}

function write(name: string, ...lines: string[]): string {
  writeFileSync(path(name), lines.join(''))
  return path(name)
}

async function run(
  files: string[],
  settings: Partial<AgentConfig> = {},
  options: Partial<RunOnceOptions> = {},
): Promise<OnceSummary> {
  return await runOnce({
    config: agentConfig(settings),
    apiUrl: server.apiUrl,
    bearerToken: 'tja_test',
    ttlFrom: 'event',
    files,
    stateDirectory: path('state'),
    clock,
    logger: silentLogger,
    signal: stop.signal,
    random: () => 0,
    ...options,
  })
}

/** Moves the clock over every wait of `work`. */
async function skipWaits<Value>(work: Promise<Value>): Promise<Value> {
  let isDone = false
  const skipping = (async () => {
    for (;;) {
      await Promise.race([clock.untilSleeping(), work])
      if (isDone) return
      await clock.advance((clock.nextWakeMs ?? clock.nowMs()) - clock.nowMs())
    }
  })()
  try {
    return await work
  } finally {
    isDone = true
    await skipping
  }
}

const onceFiles = () => readdirSync(path('state')).filter((name) => name.startsWith('once-'))

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-once-'))
  clock = new ManualClock()
  server = await FakeReportServer.start({ nowMs: () => clock.nowMs() })
  stop = new AbortController()
})

afterEach(async () => {
  await server.close()
  rmSync(directory, { recursive: true })
})

describe('a run over old logs', () => {
  it('reports each address once, with its newest time, newest first, and counts what it saw', async () => {
    const one = write(
      'cowrie.json',
      loginLine('192.0.2.1', 1000),
      loginLine('192.0.2.2', 5000),
      loginLine('192.0.2.1', 3000),
      loginLine('192.0.2.3', 100, 'cowrie.session.connect'),
      'garbage\n',
      '\n',
    )
    const two = path('cowrie.json.2026-11-23.gz')
    writeFileSync(two, gzipSync(loginLine('192.0.2.2', 9000) + loginLine('192.0.2.4', 10)))
    const summary = await run([one, two])
    expect(server.takenReports).toMatchObject([
      { addresses: ['192.0.2.2', '192.0.2.1', '192.0.2.4'], observed_at: [9000, 3000, 10] },
    ])
    expect(summary).toMatchObject({
      total: {
        lines: 8,
        blankLines: 1,
        events: 6,
        unparsableLines: 1,
        trackedEvents: 5,
        distinctAddresses: 3,
        reportableAddresses: 3,
        skipped: {},
      },
      reportedAddresses: 3,
      waitingAddresses: 0,
      requests: 1,
      isFinished: true,
    })
    expect(summary.files).toMatchObject([
      { path: one, lines: 6, trackedEvents: 3, distinctAddresses: 2, isDone: true },
      { path: two, lines: 2, trackedEvents: 2, distinctAddresses: 2, isDone: true },
    ])
  })

  it('says what it skipped and why, in events and in distinct addresses', async () => {
    const lines = ['10.0.0.1', '10.0.0.1', '10.0.0.2', '224.0.0.1', '8.8.8.8', '9.9.9.9', 'localhost', '']
    const file = write('cowrie.json', ...lines.map((address) => loginLine(address)))
    const summary = await run([file], { privateAddresses: 'skip', exclude: [parseRange('8.8.8.0/24')!] })
    expect(summary.total).toMatchObject({
      trackedEvents: 8,
      distinctAddresses: 5,
      reportableAddresses: 1,
      skipped: {
        'no-address': { events: 1, addresses: 0 },
        unparsable: { events: 1, addresses: 0 },
        'never-a-source': { events: 1, addresses: 1 },
        private: { events: 3, addresses: 2 },
        excluded: { events: 1, addresses: 1 },
      },
    })
    expect([...server.reportsByAddress.keys()]).toEqual(['9.9.9.9'])
  })

  it('takes sessions too when they are tracked', async () => {
    const file = write('cowrie.json', loginLine('192.0.2.1', 1, 'cowrie.session.connect'))
    expect(await run([file])).toMatchObject({ requests: 0, total: { trackedEvents: 0 }, isFinished: true })
    expect(await run([file], { trackSession: true })).toMatchObject({
      requests: 1,
      total: { trackedEvents: 1 },
    })
  })

  it('reads a file that is named twice once', async () => {
    const file = write('cowrie.json', loginLine('192.0.2.1'))
    expect(await run([file, file])).toMatchObject({ total: { lines: 1 } })
  })

  it('leaves nothing behind, so the same command reports again', async () => {
    const file = write('cowrie.json', loginLine('192.0.2.1'))
    await run([file])
    expect(onceFiles()).toEqual([])
    await run([file])
    expect(server.reportsByAddress.get('192.0.2.1')).toBe(2)
  })

  it('keeps the limit over several runs and waits until all is delivered', async () => {
    const lines = Array.from({ length: 20 }, (_, n) => loginLine(`192.0.2.${n}`))
    const file = write('cowrie.json', ...lines)
    const waits: unknown[] = []
    const onProgress = (progress: OnceProgress) => {
      if (progress.phase === 'delivering' && progress.waiting !== undefined)
        waits.push(progress.waiting.reason)
    }
    const first = await skipWaits(run([file], { flushAddresses: 2 }, { onProgress }))
    expect(first).toMatchObject({ requests: 10, reportedAddresses: 20 })
    await skipWaits(run([file], { flushAddresses: 10 }))
    const arrivals = server.requests.map(({ arrivedAtMs }) => arrivedAtMs)
    expect(arrivals).toHaveLength(12)
    for (const [i, arrival] of arrivals.entries()) {
      expect(arrival - (arrivals[i - 6] ?? -Infinity)).toBeGreaterThan(60_000)
    }
    expect(waits).toContain('limit')
  })

  it('tells how far it is', async () => {
    const file = write('cowrie.json', loginLine('192.0.2.1'), loginLine('192.0.2.2'))
    const size = readFileSync(file).length
    const told: OnceProgress[] = []
    await run([file], {}, { onProgress: (progress) => told.push(progress) })
    const reading = told.filter(({ phase }) => phase === 'reading')
    expect(reading.at(-1)).toEqual({
      phase: 'reading',
      file,
      bytesRead: size,
      bytesTotal: size,
      distinctAddresses: 2,
    })
    expect(told.at(-1)).toMatchObject({
      phase: 'delivering',
      waitingAddresses: 0,
      deliveredAddresses: 2,
      requests: 1,
    })
  })
})

describe('a run that is cut short', () => {
  it('goes on with the same command and counts nothing twice', async () => {
    const lines = Array.from({ length: 6 }, (_, n) => loginLine(`192.0.2.${n}`, n))
    const file = write('cowrie.json', ...lines)
    server.script(accepted, { kind: 'take-and-reset' })
    const onProgress = (progress: OnceProgress) => {
      if (progress.phase === 'delivering' && progress.requests === 2) stop.abort()
    }
    const first = await run([file], { flushAddresses: 2 }, { onProgress })
    expect(first).toMatchObject({ isFinished: false, reportedAddresses: 2, waitingAddresses: 4, requests: 2 })
    expect(onceFiles()).toHaveLength(1)

    stop = new AbortController()
    const second = await skipWaits(run([file], { flushAddresses: 2 }))
    expect(second).toMatchObject({
      isFinished: true,
      reportedAddresses: 6,
      requests: 4,
      total: { lines: 6, trackedEvents: 6, distinctAddresses: 6 },
    })
    expect(new Set(server.reportsByAddress.values())).toEqual(new Set([1]))
    expect(server.reportsByAddress.size).toBe(6)
  })

  it('does not read again what it has read', async () => {
    const files = ['a.json', 'b.json'].map((name, n) => write(name, loginLine(`192.0.2.${n}`, n)))
    const onProgress = (progress: OnceProgress) => {
      if (progress.phase === 'reading' && progress.file === files[1]) stop.abort()
    }
    const first = await run(files, {}, { onProgress })
    expect(first).toMatchObject({ isFinished: false, requests: 0 })
    stop = new AbortController()
    rmSync(files[0]!)
    const second = await run(files)
    expect(second).toMatchObject({ isFinished: true, total: { lines: 2, distinctAddresses: 2 }, requests: 1 })
    expect(second.files[0]).toMatchObject({ lines: 1, distinctAddresses: 1 })
  })

  it('is another run than one with other settings', async () => {
    const file = write('cowrie.json', loginLine('192.0.2.1'))
    stop.abort()
    await run([file])
    stop = new AbortController()
    await run([file], { trackSession: true })
    expect(onceFiles()).toHaveLength(1)
  })

  it('keeps the same run of another process out', async () => {
    const file = write('cowrie.json', loginLine('192.0.2.1'))
    server.script({ kind: 'hang' })
    const first = run([file])
    await server.until(({ requests }) => requests.length === 1)
    await expect(run([file])).rejects.toMatchObject({ code: 'DIRECTORY_LOCKED' })
    stop.abort()
    await first
  })
})

describe('a run that cannot go on', () => {
  it.each([401, 403, 422])(
    'ends when the service refuses its first report with %i, and keeps what it read',
    async (code) => {
      const file = write('cowrie.json', loginLine('192.0.2.1'))
      server.script(status(code, { body: '{"detail":"no"}' }))
      await expect(run([file])).rejects.toMatchObject({ code: 'API_REFUSED', fields: { status: code } })
      expect(onceFiles()).toHaveLength(1)
      expect(await run([file])).toMatchObject({ isFinished: true, total: { lines: 1 } })
      expect(server.reportsByAddress.get('192.0.2.1')).toBe(1)
    },
  )

  it('waits for a service that is away', async () => {
    const file = write('cowrie.json', loginLine('192.0.2.1'))
    server.script(status(503), { kind: 'reset' }, { kind: 'garbage' }, status(429))
    expect(await skipWaits(run([file]))).toMatchObject({ isFinished: true, requests: 5 })
    expect(server.reportsByAddress.get('192.0.2.1')).toBe(1)
  })

  it('waits when the key is refused later on', async () => {
    const file = write('cowrie.json', loginLine('192.0.2.1'), loginLine('192.0.2.2'))
    server.script(accepted, status(401))
    expect(await skipWaits(run([file], { flushAddresses: 1 }))).toMatchObject({ isFinished: true })
    expect(server.reportsByAddress.size).toBe(2)
  })

  it('names the file it cannot read and keeps what it read before', async () => {
    const file = write('cowrie.json', loginLine('192.0.2.1'))
    await expect(run([file, path('none.json')])).rejects.toMatchObject({ code: 'LOG_UNREADABLE' })
    write('none.json', loginLine('192.0.2.2'))
    appendFileSync(file, loginLine('192.0.2.3'))
    expect(await run([file, path('none.json')])).toMatchObject({ isFinished: true, reportedAddresses: 2 })
  })

  it('needs a directory it can write to', async () => {
    const file = write('cowrie.json', loginLine('192.0.2.1'))
    write('state', 'a file')
    await expect(run([file])).rejects.toMatchObject({ code: 'DIRECTORY_UNUSABLE' })
    expect(existsSync(file)).toBe(true)
  })
})

/** Logs of other people's honeypots, which are not part of this repository. */
const LOGS = new URL('../../../shared/data/cowrie-logs/', import.meta.url)

interface ExpectedFile {
  readonly file: string
  readonly lines: number
  readonly unparsable_lines: number
  readonly login_events: number
  readonly login_distinct_src_ip: number
  readonly login_distinct_by_class: { readonly public?: number; readonly private?: number }
  readonly plugin_rule_session_events: number
}

describe('logs as honeypots wrote them', () => {
  it.skipIf(!existsSync(LOGS))('are counted and reported as expected', async () => {
    const { files, totals } = JSON.parse(readFileSync(new URL('expected.json', LOGS), 'utf8')) as {
      files: ExpectedFile[]
      totals: { lines: number; login_events: number; login_distinct_src_ip_over_all: number }
    }
    const paths = files.map(({ file }) => new URL(file, LOGS).pathname)
    const summary = await run(paths, { privateAddresses: 'skip' })
    expect(summary.files).toMatchObject(
      files.map((file) => ({
        lines: file.lines,
        unparsableLines: file.unparsable_lines,
        trackedEvents: file.login_events,
        distinctAddresses: file.login_distinct_src_ip,
        reportableAddresses: file.login_distinct_by_class.public ?? 0,
      })),
    )
    expect(summary.total).toMatchObject({
      lines: totals.lines,
      trackedEvents: totals.login_events,
      distinctAddresses: totals.login_distinct_src_ip_over_all,
    })
    expect(server.reportsByAddress.size).toBe(summary.total.reportableAddresses)
    const sessions = await skipWaits(
      run(paths, { privateAddresses: 'skip', trackLogin: false, trackSession: true }),
    )
    expect(sessions.files.map(({ trackedEvents }) => trackedEvents)).toEqual(
      files.map((file) => file.plugin_rule_session_events),
    )
  })
})
