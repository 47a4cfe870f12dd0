import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ApiPlace, openApi } from '../../../test/support/api-place.ts'
import { accepted, FakeReportServer, status } from '../../../test/support/fake-report-server.ts'
import { classifyAddress, parseAddress } from '../../ip/index.ts'
import { CANARY_ADDRESS } from './canary.ts'
import { checkCanary } from './check-canary.ts'

const signal = new AbortController().signal

function send(apiUrl: string, bearerToken = 'tja_test') {
  return checkCanary({ apiUrl, bearerToken, category: 'ABUSE', userAgent: 'test', signal })
}

it('has an address that a service takes', () => {
  expect(classifyAddress(parseAddress(CANARY_ADDRESS)!)).toBe('public')
})

describe('the canary, at a service', () => {
  let api: ApiPlace
  beforeEach(async () => {
    api = await openApi({ reportsPerMinute: 3 })
    api.clock.set(Date.now())
  })
  afterEach(async () => {
    await api.close()
  })

  it('comes back as a receipt, and is taken off again', async () => {
    const key = await api.makeKey('report')
    expect(await send(`${api.url}/v1/ip`, key)).toMatchObject({
      status: 'ok',
      details: [
        expect.stringMatching(/^receipt [\w-]+: 1 taken, 0 folded$/),
        expect.stringMatching(/taken off/),
      ],
    })
  })

  it('says when the limit is reached, and when to try again', async () => {
    const key = await api.makeKey('report')
    await send(`${api.url}/v1/ip`, key)
    expect(await send(`${api.url}/v1/ip`, key)).toMatchObject({
      status: 'warning',
      found: expect.stringContaining('a report went') as unknown,
      details: [expect.stringContaining('1 taken'), expect.stringMatching(/not taken off again: .*429/)],
    })
    expect(await send(`${api.url}/v1/ip`, key)).toMatchObject({
      status: 'warning',
      found: expect.stringContaining('429') as unknown,
      help: expect.stringMatching(/^Try again in \d/) as unknown,
    })
  })

  it('fails with a key that may only read', async () => {
    expect(await send(`${api.url}/v1/ip`, await api.makeKey('read'))).toMatchObject({
      status: 'failed',
      found: expect.stringContaining('403') as unknown,
      help: expect.stringContaining('scope report') as unknown,
    })
  })
})

describe('the canary, anywhere', () => {
  let server: FakeReportServer
  beforeEach(async () => {
    server = await FakeReportServer.start()
  })
  afterEach(async () => {
    await server.close()
  })

  it('is expired when it is sent, labelled, and never the same twice', async () => {
    await send(server.apiUrl)
    await send(server.apiUrl)
    const reports = server.requests.filter(({ path }) => path === '/v1/ip')
    const { addresses, ttl, tags, observed_at } = server.takenReports[0]!
    expect({ addresses, ttl, tags }).toEqual({
      addresses: [CANARY_ADDRESS],
      ttl: 1,
      tags: ['HONEYJAM-CANARY'],
    })
    expect(observed_at![0]!).toBeLessThan(Date.now() - 86_000_000)
    expect(new Set(reports.map(({ headers }) => headers['idempotency-key'])).size).toBe(2)
  })

  it('is content without a receipt', async () => {
    expect(await send(server.apiUrl)).toMatchObject({
      status: 'ok',
      details: ['the service gives no receipts', expect.stringContaining('taken off')],
    })
    expect(server.requests.map(({ path }) => path)).toEqual(['/v1/ip', '/v1/unban/ip'])
    expect(JSON.parse(server.requests[1]!.body)).toEqual({ addresses: [CANARY_ADDRESS] })
  })

  it('takes the key to no other host', async () => {
    server.script(status(202, { headers: { location: 'http://192.0.2.1/receipt' } }))
    expect(await send(server.apiUrl)).toMatchObject({
      status: 'warning',
      details: [expect.stringContaining('not followed'), expect.any(String)],
    })
  })

  it('shows what is wrong with a receipt, and takes the address off all the same', async () => {
    server.script(status(202, { headers: { location: '/r/1' } }), status(200, { body: '{"no":1}' }), accepted)
    expect(await send(server.apiUrl)).toMatchObject({
      status: 'warning',
      details: ['the receipt is not understood', expect.stringContaining('was taken off')],
    })
  })

  it.each([
    [422, /refuses the report: answer 422/],
    [401, /may not report/],
    [500, /not taken: answer 500/],
  ])('fails for %i, with the reason', async (code, found) => {
    server.script(status(code, { body: 'because' }))
    expect(await send(server.apiUrl)).toMatchObject({
      status: 'failed',
      found: expect.stringMatching(found) as unknown,
      details: ['it says: because'],
    })
    expect(server.requests).toHaveLength(1)
  })
})
