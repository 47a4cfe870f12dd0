import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openApi } from '../../../test/support/api-place.ts'
import { FakeReportServer, status } from '../../../test/support/fake-report-server.ts'
import { probeService } from '../../client/index.ts'
import { checkClock, checkKey } from './check-answer.ts'

const signal = new AbortController().signal
let server: FakeReportServer

beforeEach(async () => {
  server = await FakeReportServer.start()
})
afterEach(async () => {
  await server.close()
})

const ask = () => probeService({ baseUrl: server.origin, bearerToken: 'tja_test', userAgent: 'test', signal })

function answerFrom(offsetSeconds: number) {
  return status(200, { headers: { date: new Date(Date.now() + offsetSeconds * 1000).toUTCString() } })
}

describe('the check of the clock', () => {
  it.each([
    [0, 'ok', /agree/],
    [20, 'warning', /behind/],
    [-20, 'warning', /ahead/],
    [90, 'failed', /behind/],
    [-3600, 'failed', /ahead/],
  ] as const)('of a service that is %i s ahead: %s', async (offsetSeconds, expected, found) => {
    server.script(answerFrom(offsetSeconds))
    expect(await checkClock(ask, signal)).toMatchObject({
      status: expected,
      found: expect.stringMatching(found) as unknown,
    })
  })

  it('takes any answer, also a refusal', async () => {
    server.script(status(401))
    expect(await checkClock(ask, signal)).toMatchObject({ status: 'ok' })
  })

  it('is left out when no answer comes', async () => {
    server.script({ kind: 'garbage' })
    expect(await checkClock(ask, signal)).toMatchObject({ status: 'skipped' })
  })
})

describe('the check of the key', () => {
  it('asks with the key, and is content with 200', async () => {
    server.script(status(200, { body: '{}' }))
    expect(await checkKey(ask, signal)).toMatchObject({ status: 'ok' })
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      path: '/test',
      headers: { authorization: 'Bearer tja_test' },
    })
  })

  it.each([
    [401, 'failed', /know the key/],
    [403, 'failed', /know the key/],
    [404, 'warning', /no \/test/],
    [500, 'failed', /unexpected answer 500/],
  ] as const)('of an answer %i: %s', async (code, expected, found) => {
    server.script(status(code, { body: 'because' }))
    expect(await checkKey(ask, signal)).toMatchObject({
      status: expected,
      found: expect.stringMatching(found) as unknown,
      details: ['it says: because'],
      help: expect.stringMatching(/\w/) as unknown,
    })
  })

  it('says when to ask again where the service takes no more requests', async () => {
    server.script(status(429, { body: 'slow down', headers: { 'retry-after': '90' } }), status(429))
    expect(await checkKey(ask, signal)).toMatchObject({
      status: 'warning',
      found: expect.stringMatching(/no more requests for now \(429\)/) as unknown,
      help: 'Try again in 1m 30s.',
      details: ['it says: slow down'],
    })
    expect(await checkKey(ask, signal)).toMatchObject({ status: 'warning', help: 'Try again in a minute.' })
  })

  it('tells a key that is wrong from a limit, also once the service is tired of wrong keys', async () => {
    const api = await openApi()
    const ours = { baseUrl: api.url, userAgent: 'test', signal }
    const wrong = () => probeService({ ...ours, bearerToken: `tja_${'0'.repeat(36)}` })
    for (let count = 0; count < 100; count++)
      expect(await checkKey(wrong, signal)).toMatchObject({
        found: expect.stringContaining('401') as unknown,
      })
    expect(await checkKey(wrong, signal)).toMatchObject({
      status: 'failed',
      found: expect.stringMatching(
        /does not know the key, and hears too many wrong ones .* \(429\)/,
      ) as unknown,
      help: expect.stringMatching(/Name the right one .* works at once.* for 1m; see what else/) as unknown,
    })
    const right = () => probeService({ ...ours, bearerToken: api.adminKey })
    expect(await checkKey(right, signal)).toMatchObject({ status: 'ok' })
    await api.close()
  })

  it.each(['reset', 'garbage'] as const)('fails without an answer (%s)', async (kind) => {
    server.script({ kind })
    expect(await checkKey(ask, signal)).toMatchObject({ status: 'failed' })
  })
})
