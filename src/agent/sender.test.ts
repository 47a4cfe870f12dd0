import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { captureLog, type LogLine } from '../../test/support/captured-logger.ts'
import { accepted, FakeReportServer, status } from '../../test/support/fake-report-server.ts'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { ReportClient } from '../client/index.ts'
import type { Address } from '../ip/index.ts'
import type { Logger } from '../runtime/index.ts'
import { AgentState } from './agent-state.ts'
import { RequestTimes } from './request-times.ts'
import { Sender, type SendStep } from './sender.ts'
import type { ReportForm } from './stored-batch.ts'

const FORM: ReportForm = { type: 'ABUSE', ttlSeconds: 86_400, tags: ['COWRIE', 'LOGIN'], withTimes: true }
const neverAbandon = new AbortController().signal

let directory: string
let server: FakeReportServer
let client: ReportClient
let clock: ManualClock
let state: AgentState
let times: RequestTimes
let sender: Sender
let logger: Logger
let lines: LogLine[]

function open(form = FORM, batchAddresses = 3): void {
  state = new AgentState(join(directory, 'agent.db'))
  times = new RequestTimes(join(directory, 'requests.db'), { keyId: 'a', requestsPerMinute: 6 })
  sender = new Sender({ state, times, client, form, batchAddresses, clock, logger, random: () => 0 })
}

function close(): void {
  state.close()
  times.close()
}

function restart(form = FORM): void {
  close()
  open(form)
}

/** Notes an address as seen so many milliseconds ago. */
function see(address: string, agoMs = 0): void {
  state.record([{ address: address as Address, observedAtMs: clock.nowMs() - agoMs, sightings: 1 }], [])
}

async function step(): Promise<SendStep> {
  return await sender.step(neverAbandon)
}

/** Steps on, moving the clock over every wait, until nothing is left. */
async function deliverAll(): Promise<void> {
  for (let next = await step(); next.kind !== 'idle'; next = await step()) {
    if (next.kind === 'waiting') await clock.advance(next.untilMs - clock.nowMs())
  }
}

const keys = () => server.requests.map(({ headers }) => headers['idempotency-key'])
const bodies = () => server.requests.map(({ body }) => body)

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-sender-'))
  clock = new ManualClock()
  server = await FakeReportServer.start({ nowMs: () => clock.nowMs() })
  client = new ReportClient({ apiUrl: server.apiUrl, bearerToken: 'tja_test', userAgent: 'test', clock })
  ;({ logger, lines } = captureLog())
  open()
})

afterEach(async () => {
  close()
  await client.close()
  await server.close()
  rmSync(directory, { recursive: true })
})

describe('delivering', () => {
  it('does nothing while nothing waits', async () => {
    expect(await step()).toEqual({ kind: 'idle' })
    expect(server.requests).toHaveLength(0)
  })

  it('sends the newest first, in batches, each once', async () => {
    for (const n of [1, 2, 3, 4, 5]) see(`192.0.2.${n}`, n)
    await deliverAll()
    expect(server.takenReports.map(({ addresses }) => addresses)).toEqual([
      ['192.0.2.1', '192.0.2.2', '192.0.2.3'],
      ['192.0.2.4', '192.0.2.5'],
    ])
    expect(server.takenReports[0]).toMatchObject({ type: 'ABUSE', ttl: 86_400, tags: ['COWRIE', 'LOGIN'] })
    expect(server.takenReports[0]?.observed_at?.[0]).toBe(clock.nowMs() - 1)
    expect(new Set(keys()).size).toBe(2)
  })

  it("says so in the removed module's words, with a bounded list", async () => {
    close()
    open(FORM, 1000)
    for (let n = 0; n < 100; n++) see(`192.0.2.${n}`)
    server.script(status(202, { headers: { location: '/honeyjam/v1/receipts/r1' } }))
    await step()
    expect(lines[0]).toMatchObject({ level: 30, addresses: 100, receipt: '/honeyjam/v1/receipts/r1' })
    expect(lines[0]?.msg).toBe(
      "ThreatJammer.com output plugin successfully reported {'addresses': ['192.0.2.0', '192.0.2.1', '192.0.2.10', " +
        "'192.0.2.11', '192.0.2.12', ... 95 more], 'type': 'ABUSE', 'ttl': 86400, 'tags': ['COWRIE', 'LOGIN']}.",
    )
  })
})

describe('the limit', () => {
  it('lets no more than six requests go in a minute, the refused ones and those before a restart included', async () => {
    server.script(accepted, status(429, { headers: { 'retry-after': '1' } }), status(500))
    for (let round = 0; round < 30; round++) {
      for (const n of [1, 2, 3]) see(`198.51.100.${3 * round + n}`, round)
    }
    for (let next = await step(); next.kind !== 'idle'; next = await step()) {
      if (next.kind === 'waiting') await clock.advance(next.untilMs - clock.nowMs())
      restart()
    }
    const arrivals = server.requests.map(({ arrivedAtMs }) => arrivedAtMs)
    expect(arrivals).toHaveLength(32)
    for (const [i, arrival] of arrivals.entries()) {
      expect(arrival - (arrivals[i - 6] ?? -Infinity)).toBeGreaterThan(60_000)
    }
    expect(server.reportsByAddress.size).toBe(90)
  })

  it('makes what is seen meanwhile share the next request', async () => {
    for (let i = 0; i < 6; i++) {
      see('192.0.2.1')
      await step()
    }
    for (const n of [1, 2, 3, 1, 2, 3]) {
      see(`192.0.2.${n}`)
      expect(await step()).toMatchObject({ kind: 'waiting', reason: 'limit' })
    }
    await deliverAll()
    expect(server.requests).toHaveLength(7)
    expect(server.takenReports.at(-1)?.addresses).toHaveLength(3)
  })
})

describe('a service that asks to wait', () => {
  it.each([
    ['seconds', () => ({ 'retry-after': '17' })],
    [
      'a date',
      () => ({
        date: new Date(clock.nowMs()).toUTCString(),
        'retry-after': new Date(clock.nowMs() + 17_000).toUTCString(),
      }),
    ],
  ])('is heard, in %s, also after a restart', async (_form, headers) => {
    see('192.0.2.1')
    server.script(status(429, { headers: headers() }))
    const askedAtMs = clock.nowMs()
    expect(await step()).toMatchObject({ kind: 'undelivered', outcome: { kind: 'limited' } })
    restart()
    expect(await step()).toEqual({ kind: 'waiting', untilMs: askedAtMs + 17_000, reason: 'asked' })
    await deliverAll()
    expect(server.requests.map(({ arrivedAtMs }) => arrivedAtMs - askedAtMs)).toEqual([0, 17_000])
    expect(server.reportsByAddress).toEqual(new Map([['192.0.2.1', 1]]))
    expect(lines[0]).toMatchObject({ level: 40, status: 429, retryInMs: 17_000 })
  })

  it('is told everything new in the same request', async () => {
    see('192.0.2.1', 5)
    server.script(status(429))
    await step()
    see('192.0.2.2')
    await deliverAll()
    expect(server.requests).toHaveLength(2)
    expect(server.takenReports[0]?.addresses).toEqual(['192.0.2.2', '192.0.2.1'])
  })
})

describe('a service that fails', () => {
  it.each([
    ['500', status(500, { body: 'oops' })],
    ['200, which is not 202', status(200, { body: '{}' })],
    ['a cut connection', { kind: 'reset' }],
    ['a cut connection behind the report', { kind: 'take-and-reset' }],
    ['garbage', { kind: 'garbage' }],
  ] as const)('gets the same report with the same key again after %s', async (_name, answer) => {
    see('192.0.2.1')
    server.script(answer, answer)
    await step()
    see('192.0.2.2')
    restart()
    await deliverAll()
    expect(server.requests).toHaveLength(4)
    expect(new Set(keys().slice(0, 3)).size).toBe(1)
    expect(new Set(bodies().slice(0, 3)).size).toBe(1)
    expect(Object.fromEntries(server.reportsByAddress)).toEqual({ '192.0.2.1': 1, '192.0.2.2': 1 })
  })

  it('is called less and less often, and at once again after a success', async () => {
    see('192.0.2.1')
    server.script(...Array.from({ length: 10 }, () => status(503)))
    await deliverAll()
    const arrivals = server.requests.map(({ arrivedAtMs }) => arrivedAtMs)
    const pauses = arrivals.slice(1).map((arrival, i) => arrival - (arrivals[i] ?? 0))
    expect(pauses.map((ms) => ms / 1000)).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
    see('192.0.2.2')
    expect(await step()).toMatchObject({ kind: 'delivered' })
  })

  it('is not waited for longer because the clock is set back', async () => {
    see('192.0.2.1')
    server.script(status(503))
    await step()
    clock.set(clock.nowMs() - 3_600_000)
    expect(await step()).toMatchObject({ kind: 'waiting', untilMs: clock.nowMs() + 2000 })
  })

  it('makes a warning, as nothing is lost', async () => {
    see('192.0.2.1')
    server.script(status(500, { body: 'oops\n' }), { kind: 'reset' })
    await deliverAll()
    expect(lines.map(({ level }) => level)).toEqual([40, 40, 30])
    expect(lines[0]?.msg).toContain(
      "failed to report the payload {'addresses': ['192.0.2.1'], 'type': 'ABUSE', 'ttl': 86400, 'tags': ['COWRIE', " +
        "'LOGIN']}. Returned the HTTP status code 500. Reason: oops\\n.",
    )
    expect(lines[1]?.msg).toMatch(/failed when reporting the payload .* Exception raised: \w+/)
  })

  it('that never had the report gets the newest addresses first when it is back', async () => {
    await server.close()
    see('192.0.2.1', 5)
    expect(await step()).toMatchObject({ kind: 'undelivered', outcome: { mayBeTaken: false } })
    see('192.0.2.2')
    const batch = state.takeBatch(3, FORM)
    expect(batch?.report.addresses).toEqual(['192.0.2.2', '192.0.2.1'])
  })
})

describe('a service that refuses', () => {
  it.each([
    [401, 'bearer_token'],
    [403, 'bearer_token'],
    [404, 'api_url'],
    [413, 'flush_addresses'],
    [422, 'category'],
    // for wrong keys, not for too many requests
    [429, 'bearer_token'],
  ])(
    'with %i makes an error that says what helps, and is asked again at the slow end',
    async (code, help) => {
      see('192.0.2.1')
      const startMs = clock.nowMs()
      const body = `{"detail":"no"${code === 429 ? ',"type":"/docs/errors/too-many-wrong-keys"' : ''}}`
      server.script(status(code, { body }))
      await deliverAll()
      expect(lines[0]).toMatchObject({ level: 50, status: code, retryInMs: 300_000 })
      expect(lines[0]?.msg).toContain(help)
      expect(lines[0]?.msg).toContain(`Returned the HTTP status code ${code}. Reason: ${body}.`)
      expect(server.requests.map(({ arrivedAtMs }) => arrivedAtMs - startMs)).toEqual([0, 300_000])
      expect(server.reportsByAddress).toEqual(new Map([['192.0.2.1', 1]]))
    },
  )

  it('is asked at once after a restart, with the settings as they are then', async () => {
    see('192.0.2.1')
    server.script(status(422))
    await step()
    restart({ ...FORM, type: 'BRUTE_FORCE' })
    expect(await step()).toMatchObject({ kind: 'delivered' })
    expect(server.takenReports).toMatchObject([{ addresses: ['192.0.2.1'], type: 'BRUTE_FORCE' }])
    expect(new Set(keys()).size).toBe(2)
  })
})

describe('giving up', () => {
  it('ends a request under way, which is sent again with its key', async () => {
    see('192.0.2.1')
    server.script({ kind: 'hang' })
    const abandon = new AbortController()
    const stepping = sender.step(abandon.signal)
    await server.until(({ requests }) => requests.length === 1)
    abandon.abort()
    expect(await stepping).toMatchObject({ kind: 'undelivered', outcome: { mayBeTaken: true } })
    restart()
    await deliverAll()
    expect(new Set(keys()).size).toBe(1)
    expect(server.reportsByAddress).toEqual(new Map([['192.0.2.1', 1]]))
  })
})
