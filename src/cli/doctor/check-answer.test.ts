import { afterEach, beforeEach, describe, expect, it } from 'vitest'
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

  it.each(['reset', 'garbage'] as const)('fails without an answer (%s)', async (kind) => {
    server.script({ kind })
    expect(await checkKey(ask, signal)).toMatchObject({ status: 'failed' })
  })
})
