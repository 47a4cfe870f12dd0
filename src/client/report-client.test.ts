import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeReportServer, status } from '../../test/support/fake-report-server.ts'
import { errorBody } from '../contract/index.ts'
import { type Report, ReportClient, type ReportClientOptions } from './report-client.ts'

const NOW_MS = Date.UTC(2026, 10, 24, 5, 47, 0)
const REPORT: Report = {
  addresses: ['192.0.2.1', '2001:db8::1'],
  type: 'ABUSE',
  ttlSeconds: 86_400,
  tags: ['COWRIE'],
}

let server: FakeReportServer
let client: ReportClient

function createClient(options: Partial<ReportClientOptions> = {}): ReportClient {
  return new ReportClient({
    apiUrl: server.apiUrl,
    bearerToken: 'tja_test',
    userAgent: 'honeyjam/test',
    clock: { nowMs: () => NOW_MS },
    ...options,
  })
}

async function outcome(signal?: AbortSignal) {
  return await client.report(REPORT, { idempotencyKey: 'k', ...(signal === undefined ? {} : { signal }) })
}

beforeEach(async () => {
  server = await FakeReportServer.start()
  client = createClient()
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await client.close()
  await server.close()
})

describe('the request', () => {
  it('has the fields of the removed module in its order, and its key', async () => {
    await client.report(REPORT, { idempotencyKey: 'e7b1' })
    const [request] = server.requests
    expect(request).toMatchObject({ method: 'POST', path: '/v1/ip' })
    expect(request?.headers).toMatchObject({
      authorization: 'Bearer tja_test',
      'content-type': 'application/json',
      accept: 'application/json',
      'user-agent': 'honeyjam/test',
      'idempotency-key': 'e7b1',
    })
    expect(request?.body).toBe(
      '{"addresses":["192.0.2.1","2001:db8::1"],"type":"ABUSE","ttl":86400,"tags":["COWRIE"]}',
    )
  })

  it('carries the times of the sightings behind them', async () => {
    await client.report({ ...REPORT, observedAtMs: [1, 2] }, { idempotencyKey: 'e7b1' })
    expect(server.requests[0]?.body).toMatch(/"tags":\["COWRIE"\],"observed_at":\[1,2\]\}$/)
  })

  it('refuses a URL and a key that no request can be made with, and does not show the key', () => {
    expect(() => createClient({ apiUrl: 'ftp://192.0.2.1/v1/ip' })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }) as unknown,
    )
    expect(() => createClient({ bearerToken: 'geheim\n' })).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.not.stringContaining('geheim') as unknown,
      }) as unknown,
    )
  })
})

describe('the outcome', () => {
  it('is accepted for 202 alone, with the path of the receipt', async () => {
    server.script(status(202, { headers: { location: '/honeyjam/v1/receipts/r1' } }), status(202))
    expect(await outcome()).toEqual({ kind: 'accepted', receiptPath: '/honeyjam/v1/receipts/r1' })
    expect(await outcome()).toEqual({ kind: 'accepted', receiptPath: undefined })
  })

  it.each([200, 201, 204, 500, 503, 408, 409, 425])(
    'is failed for %i: it may have been taken',
    async (code) => {
      server.script(status(code))
      expect(await outcome()).toMatchObject({ kind: 'failed', mayBeTaken: true, status: code })
    },
  )

  it('is limited for 429, with the wait in seconds or as a date by the clock of the service', async () => {
    const headers = { date: 'Tue, 24 Nov 2026 09:00:00 GMT', 'retry-after': 'Tue, 24 Nov 2026 09:00:30 GMT' }
    server.script(status(429, { headers: { 'retry-after': '17' } }), status(429, { headers }), status(429))
    expect(await outcome()).toMatchObject({ kind: 'limited', retryAfterMs: 17_000 })
    expect(await outcome()).toMatchObject({ kind: 'limited', retryAfterMs: 30_000 })
    expect(await outcome()).toMatchObject({ kind: 'limited', retryAfterMs: undefined })
  })

  it('is refused for the 429 that a service sends for wrong keys: waiting does not make the key right', async () => {
    const body = JSON.stringify(errorBody('too-many-wrong-keys', 'the key is not valid here'))
    server.script(status(429, { headers: { 'retry-after': '3600' }, body }))
    const reason = expect.stringContaining('the key is not valid here') as string
    expect(await outcome()).toMatchObject({ kind: 'refused', status: 429, reason })
  })

  it('keeps the wait that a failing service asks for', async () => {
    server.script(status(503, { headers: { 'retry-after': '120' } }))
    expect(await outcome()).toMatchObject({ kind: 'failed', status: 503, retryAfterMs: 120_000 })
  })

  it.each([400, 401, 403, 404, 413, 422])('is refused for %i, with the reason', async (code) => {
    server.script(status(code, { body: '{"detail":"no"}' }))
    expect(await outcome()).toEqual({ kind: 'refused', status: code, reason: '{"detail":"no"}' })
  })

  it('is refused for a redirect, which is not followed', async () => {
    server.script(status(301, { headers: { location: 'https://other.example/v1/ip' } }))
    expect(await outcome()).toMatchObject({
      kind: 'refused',
      status: 301,
      reason: 'redirected to https://other.example/v1/ip',
    })
    expect(server.requests).toHaveLength(1)
  })

  it('shows no more than 500 characters of a reason and nothing that moves a cursor', async () => {
    server.script(status(422, { body: `\u001b[2J${'x'.repeat(100_000)}` }))
    const refused = await outcome()
    expect(refused).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/^\\u001b\[2Jx+…$/) as unknown,
    })
    expect(refused.kind === 'refused' && refused.reason.length).toBeLessThan(520)
  })

  it.each(['reset', 'garbage'] as const)('is failed without a status when the answer is %s', async (kind) => {
    server.script({ kind })
    expect(await outcome()).toMatchObject({
      kind: 'failed',
      mayBeTaken: true,
      status: undefined,
      reason: expect.stringMatching(/\w/) as unknown,
    })
  })

  it('is failed when nobody listens', async () => {
    await server.close()
    client = createClient()
    expect(await outcome()).toMatchObject({
      kind: 'failed',
      mayBeTaken: false,
      reason: expect.stringContaining('ECONNREFUSED') as unknown,
    })
  })

  it('is failed when the service keeps silent past the time limit', async () => {
    client = createClient({ timeouts: { headersMs: 50 } })
    server.script({ kind: 'hang' })
    expect(await outcome()).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('HEADERS_TIMEOUT') as unknown,
    })
  })

  it('is failed when the whole takes too long', async () => {
    client = createClient({ timeouts: { totalMs: 50 } })
    server.script({ kind: 'hang' })
    expect(await outcome()).toMatchObject({
      kind: 'failed',
      reason: expect.stringMatching(/timeout/i) as unknown,
    })
  })

  it('is failed when the caller gives up', async () => {
    server.script({ kind: 'hang' })
    const stop = new AbortController()
    const waiting = outcome(stop.signal)
    await server.until(({ requests }) => requests.length === 1)
    stop.abort()
    expect(await waiting).toMatchObject({ kind: 'failed', status: undefined })
  })
})

describe('the way to the service', () => {
  it('goes through the proxy of the environment', async () => {
    vi.stubEnv('http_proxy', server.origin)
    vi.stubEnv('no_proxy', '')
    client = createClient({ apiUrl: 'http://reports.example/v1/ip' })
    expect(await outcome()).toMatchObject({ kind: 'accepted' })
    expect(server.requests[0]?.path).toBe('http://reports.example/v1/ip')
  })

  it('goes past the proxy to the own host', async () => {
    vi.stubEnv('http_proxy', 'http://127.0.0.1:1')
    vi.stubEnv('no_proxy', '')
    client = createClient()
    expect(await outcome()).toMatchObject({ kind: 'accepted' })
  })

  it('uses one connection for one report after the other', async () => {
    await outcome()
    await outcome()
    const ports = new Set(server.requests.map(({ remotePort }) => remotePort))
    expect(ports.size).toBe(1)
  })

  it('trusts an own authority when told, and only then', async () => {
    const cert = readFileSync(new URL('../../test/fixtures/tls/loopback.cert.pem', import.meta.url), 'utf8')
    const key = readFileSync(new URL('../../test/fixtures/tls/loopback.key.pem', import.meta.url), 'utf8')
    const tls = createServer({ cert, key }, (_request, response) => response.writeHead(202).end())
    await new Promise<void>((resolve) => {
      tls.listen(0, '127.0.0.1', resolve)
    })
    const apiUrl = `https://127.0.0.1:${(tls.address() as AddressInfo).port}/v1/ip`
    client = createClient({ apiUrl })
    expect(await outcome()).toMatchObject({
      kind: 'failed',
      reason: expect.stringMatching(/self.signed/i) as unknown,
    })
    client = createClient({ apiUrl, ca: cert })
    expect(await outcome()).toMatchObject({ kind: 'accepted' })
    await client.close()
    tls.close()
  })
})
