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
  const client = new HeartbeatClient({ apiUrl: server.apiUrl, bearerToken: 'tja_test', ...options })
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
