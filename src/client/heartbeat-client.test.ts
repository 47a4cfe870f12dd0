import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FakeAnswer, FakeReportServer, status } from '../../test/support/fake-report-server.ts'
import { heartbeatOf } from '../../test/support/sensors.ts'
import { HeartbeatClient, type HeartbeatClientOptions } from './heartbeat-client.ts'

let server: FakeReportServer
let answer: FakeAnswer
let stop: AbortController

beforeEach(async () => {
  server = await FakeReportServer.start({ answerHeartbeat: () => answer })
  answer = status(204)
  stop = new AbortController()
})
afterEach(() => server.close())

async function send(options: Partial<HeartbeatClientOptions> = {}) {
  const client = new HeartbeatClient({
    apiUrl: server.apiUrl,
    bearerToken: 'tja_test',
    tellsAnybody: true,
    ...options,
  })
  try {
    return await client.send(heartbeatOf('a'), stop.signal)
  } finally {
    await client.close()
  }
}

describe('a heartbeat', () => {
  it('goes to the service of the Report API, with its key', async () => {
    expect(await send()).toEqual({ kind: 'taken' })
    expect(server.requests).toEqual([])
    const [sent] = server.heartbeats
    expect(sent).toMatchObject({ method: 'POST', path: '/honeyjam/v1/heartbeat' })
    expect(sent!.headers.authorization).toBe('Bearer tja_test')
    expect(JSON.parse(sent!.body)).toEqual(heartbeatOf('a'))
  })

  it('tells who it is from only to a server that says it is honeyjam, unless told otherwise', async () => {
    expect(await send({ tellsAnybody: false })).toEqual({ kind: 'taken' })
    expect(server.heartbeats).toHaveLength(1)
    await server.close()
    server = await FakeReportServer.start()
    expect(await send({ tellsAnybody: false })).toEqual({ kind: 'unknown' })
    expect(server.heartbeats).toEqual([])
  })

  it('asks no more once it knows, until the server knows no heartbeats', async () => {
    const asked: string[] = []
    const other = createServer((request, response) => {
      asked.push(request.method!)
      response.writeHead(request.method === 'GET' ? 200 : code)
      response.end(request.method === 'GET' ? JSON.stringify({ service }) : '')
    })
    other.listen(0, '127.0.0.1')
    await once(other, 'listening')
    let code = 204
    let service = 'honeyjam'
    const apiUrl = `http://127.0.0.1:${(other.address() as AddressInfo).port}/v1/ip`
    const client = new HeartbeatClient({ apiUrl, bearerToken: 'tja_test', tellsAnybody: false })
    const kinds: string[] = []
    const beat = async () => kinds.push((await client.send(heartbeatOf('a'), stop.signal)).kind)
    await beat()
    await beat()
    code = 404
    await beat()
    service = 'another'
    await beat()
    await client.close()
    other.close()
    expect(asked).toEqual(['GET', 'POST', 'POST', 'POST', 'GET'])
    expect(kinds).toEqual(['taken', 'taken', 'unknown', 'unknown'])
  })

  it('keeps the prefix of a proxy, and leaves a query out', async () => {
    await send({ apiUrl: `${server.origin}/list/v1/ip?key=1` })
    expect(server.requests.map(({ path }) => path)).toEqual(['/list/honeyjam/v1/heartbeat'])
  })

  it.each([status(404), status(405), status(501), status(200, { body: '<html>' })])(
    'is unknown to a server that answers %j',
    async (given) => {
      answer = given
      expect(await send()).toEqual({ kind: 'unknown' })
    },
  )

  it.each<[FakeAnswer, string]>([
    [status(401), '401'],
    [status(403, { body: '{"title":"Forbidden","detail":"no \\u001b scope"}' }), 'Forbidden: no'],
    [status(302, { headers: { location: 'http://127.0.0.1:1/' } }), '302'],
    [status(503), '503'],
    [{ kind: 'reset' }, 'no answer'],
    [{ kind: 'garbage' }, 'no answer'],
  ])('fails with a reason: %j', async (given, words) => {
    answer = given
    const outcome = await send()
    expect(outcome).toMatchObject({ kind: 'failed', retryAfterMs: undefined })
    const reason = outcome.kind === 'failed' ? outcome.reason : ''
    expect(reason).toContain(words)
    expect(reason).not.toMatch(/\p{C}/u)
    expect(reason).not.toContain('tja_test')
  })

  it('hears when to come again', async () => {
    answer = status(429, { headers: { 'retry-after': '17' } })
    expect(await send()).toMatchObject({ kind: 'failed', retryAfterMs: 17_000 })
  })

  it('is given up after a while, and when the agent stops', async () => {
    answer = { kind: 'hang' }
    expect(await send({ totalMs: 50 })).toMatchObject({ kind: 'failed' })
    const sent = send()
    await server.until(({ heartbeats }) => heartbeats.length === 2)
    stop.abort(new Error('the agent stops'))
    expect(await sent).toMatchObject({ kind: 'failed' })
  })
})
