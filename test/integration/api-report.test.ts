import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiPlace, openApi } from '../support/api-place.ts'

let api: ApiPlace

beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

const OPERATIONS = ['/v1/ip', '/v1/unban/ip', '/v1/false/add/ip', '/v1/false/remove/ip']

function refusal(slug: string) {
  return {
    title: expect.any(String) as string,
    detail: expect.any(String) as string,
    type: `/docs/errors/${slug}`,
  }
}

async function receiptOf(location: unknown): Promise<unknown> {
  const { json } = await api.ask('GET', String(location))
  return json
}

async function listed(): Promise<string[]> {
  const { text } = await api.ask('GET', '/v1/denylist/reported/ip?output_format=PLAIN')
  return text.split('\n').filter(Boolean).toSorted()
}

describe.each(OPERATIONS)('POST %s', (path) => {
  it('answers 202 with an empty body and a receipt', async () => {
    const answer = await api.ask('POST', path, {
      body: { addresses: ['8.8.8.8', '8.8.8.8', '10.0.0.1', 'x'] },
    })
    expect(answer).toMatchObject({ status: 202, text: '' })
    expect(answer.headers).toMatchObject({
      'content-length': '0',
      location: expect.stringMatching(/^\/honeyjam\/v1\/receipts\/[\w-]+$/) as string,
      'x-content-type-options': 'nosniff',
    })
    expect(answer.headers).not.toHaveProperty('content-type')
    expect(await receiptOf(answer.headers['location'])).toMatchObject({
      folded: 1,
      skipped: { private: 1, unparsable: 1 },
    })
  })

  it('needs a key', async () => {
    const answer = await api.ask('POST', path, { key: undefined, body: { addresses: ['8.8.8.8'] } })
    expect(answer).toMatchObject({ status: 401, json: refusal('unauthorized') })
    expect(answer.headers['www-authenticate']).toBe('Bearer')
  })

  it.each(['tja_unknown', `tja_${'Z'.repeat(36)}`, ''])('does not take the key %j', async (key) => {
    const answer = await api.ask('POST', path, { key, body: { addresses: ['8.8.8.8'] } })
    expect(answer).toMatchObject({ status: 401, json: refusal('unauthorized') })
  })

  it('names the prefix when it is missing', async () => {
    for (const authorization of [api.adminKey, `Basic ${api.adminKey}`]) {
      const answer = await api.ask('POST', path, { key: undefined, headers: { authorization } })
      expect(answer).toMatchObject({
        status: 401,
        json: { detail: expect.stringContaining('"Bearer"') as string },
      })
    }
  })

  it('needs the scope report', async () => {
    const answer = await api.ask('POST', path, {
      key: await api.makeKey('read', 'manage', 'enforce'),
      body: { addresses: ['8.8.8.8'] },
    })
    expect(answer).toMatchObject({ status: 403, json: refusal('forbidden') })
    const reporter = await api.makeKey('report')
    expect(await api.ask('POST', path, { key: reporter, body: { addresses: ['8.8.8.8'] } })).toMatchObject({
      status: 202,
    })
  })

  it('says who may not before it looks at what was sent', async () => {
    const key = await api.makeKey('read')
    expect(await api.ask('POST', path, { key: 'nonsense', body: '{' })).toMatchObject({ status: 401 })
    expect(await api.ask('POST', path, { key, body: '{' })).toMatchObject({ status: 403 })
  })

  it.each([
    ['', 'value_error.missing'],
    ['{', 'value_error.jsondecode'],
    ['{"addresses":["8.8.8.8"]', 'value_error.jsondecode'],
    ['null', 'type_error.dict'],
    ['[]', 'type_error.dict'],
    ['"8.8.8.8"', 'type_error.dict'],
    ['['.repeat(100_000), 'value_error.jsondecode'],
    [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'value_error.jsondecode'],
    [`${'['.repeat(32)}${']'.repeat(32)}`, 'type_error.dict'],
    [Buffer.from([0x7b, 0xff, 0x7d]), 'value_error.jsondecode'],
  ])('refuses a body that is no object', async (body, type) => {
    const answer = await api.ask('POST', path, { body, headers: { 'content-type': 'application/json' } })
    expect(answer).toMatchObject({ status: 422, json: { detail: [{ loc: ['body'], type }] } })
  })

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    'multipart/form-data; boundary=x',
  ])('asks for JSON instead of %s', async (contentType) => {
    const headers = { 'content-type': contentType }
    const answer = await api.ask('POST', path, { body: '{"addresses":["8.8.8.8"]}', headers })
    expect(answer).toMatchObject({
      status: 422,
      json: { detail: [{ loc: ['header', 'content-type'], msg: 'send the body as application/json' }] },
    })
  })

  it.each([';', 'json', 'application/', '"'])(
    'asks for JSON where the type is malformed: %s',
    async (contentType) => {
      const headers = { 'content-type': contentType }
      const answer = await api.ask('POST', path, { body: '{"addresses":["8.8.8.8"]}', headers })
      expect(answer).toMatchObject({ status: 422, json: { detail: [{ loc: ['header', 'content-type'] }] } })
    },
  )

  it.each([
    undefined,
    'application/json',
    'APPLICATION/JSON;charset=utf-8',
    'application/json; charset=UTF-8',
  ])('takes the content type %s for JSON', async (contentType) => {
    const headers = contentType === undefined ? {} : { 'content-type': contentType }
    const answer = await api.ask('POST', path, { body: '{"addresses":["8.8.8.8"]}', headers })
    expect(answer.status).toBe(202)
  })

  it('does not take a compressed body', async () => {
    const headers = { 'content-encoding': 'gzip' }
    const answer = await api.ask('POST', path, { body: '{"addresses":["8.8.8.8"]}', headers })
    expect(answer).toMatchObject({ status: 422, json: { detail: [{ loc: ['header', 'content-encoding'] }] } })
  })

  it.each([
    [{}, ['body', 'addresses'], 'value_error.missing'],
    [{ addresses: '8.8.8.8' }, ['body', 'addresses'], 'type_error.list'],
    [{ addresses: [] }, ['body', 'addresses'], 'value_error.list.min_items'],
    [{ addresses: ['8.8.8.8', '1.1.1.1', '9.9.9.9', 7] }, ['body', 'addresses', 3], 'type_error.str'],
    [
      { addresses: ['x', '010.1.1.1', '::1%eth0', '1.2.3.4:5', ''] },
      ['body', 'addresses', 0],
      'value_error.ipvanyaddress',
    ],
  ])('says where the fault is in %j', async (body, loc, type) => {
    expect(await api.ask('POST', path, { body })).toMatchObject({
      status: 422,
      json: { detail: [{ loc, type }] },
    })
  })

  it('takes 10,000 addresses and no more', async () => {
    const addresses = Array.from({ length: 10_000 }, (_, index) => `45.${index >> 8}.${index & 255}.1`)
    expect(await api.ask('POST', path, { body: { addresses } })).toMatchObject({ status: 202 })
    const answer = await api.ask('POST', path, { body: { addresses: [...addresses, '8.8.8.8'] } })
    expect(answer).toMatchObject({ status: 413, json: refusal('ip-address-list-too-large') })
  })

  it('takes a body of 1 MiB and no more', async () => {
    const body = JSON.stringify({ addresses: ['8.8.8.8'] }).padEnd(1_048_576)
    expect(await api.ask('POST', path, { body })).toMatchObject({ status: 202 })
    expect(await api.ask('POST', path, { body: `${body} ` })).toMatchObject({
      status: 413,
      json: refusal('request-body-too-large'),
    })
    expect(await api.ask('POST', path, { body: ' '.repeat(2_000_000) })).toMatchObject({ status: 413 })
  })

  it.each([['10.0.0.1'], ['127.0.0.1', '::1'], ['192.0.2.1', '224.0.0.1'], ['0.0.0.0', 'x']])(
    'needs a public address: %j',
    async (...addresses) => {
      const answer = await api.ask('POST', path, { body: { addresses } })
      expect(answer).toMatchObject({ status: 400, json: refusal('ip-address-must-be-public') })
    },
  )

  it.each([' ', 'a b', 'ä', 'x'.repeat(256), ''])('refuses the idempotency key %j', async (key) => {
    const headers = { 'idempotency-key': Buffer.from(key).toString('latin1') }
    const answer = await api.ask('POST', path, { body: { addresses: ['8.8.8.8'] }, headers })
    expect(answer).toMatchObject({ status: 422, json: { detail: [{ loc: ['header', 'idempotency-key'] }] } })
  })

  it('answers the same receipt when the same idempotency key comes again', async () => {
    const headers = { 'idempotency-key': `${path}${'~'.repeat(255 - path.length)}` }
    const first = await api.ask('POST', path, { body: { addresses: ['8.8.8.8'] }, headers })
    const second = await api.ask('POST', path, { body: { addresses: ['8.8.8.8'] }, headers })
    expect([first.status, second.status]).toEqual([202, 202])
    expect(second.headers['location']).toBe(first.headers['location'])
  })

  it('is the only verb there', async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'] as const) {
      const answer = await api.ask(method, path, { key: undefined })
      expect(answer).toMatchObject({ status: 405, json: refusal('method-not-allowed') })
      expect(answer.headers['allow']).toBe('POST')
    }
    const head = await api.ask('HEAD', path)
    expect([head.status, head.headers['allow'], head.text]).toEqual([405, 'POST', ''])
  })

  it('answers 503 and takes nothing while the storage fails', async () => {
    const address = `77.0.0.${OPERATIONS.indexOf(path)}`
    api.breakJournal(true)
    const answer = await api.ask('POST', path, { body: { addresses: [address] } })
    expect(answer).toMatchObject({ status: 503, json: refusal('store-unavailable') })
    expect(answer.headers['retry-after']).toMatch(/^[1-9][0-9]*$/)
    expect(answer.text).not.toContain('secret')
    expect((await api.ask('GET', '/readyz', { key: undefined })).status).toBe(503)
    api.breakJournal(false)
    expect(await listed()).not.toContain(address)
    expect(await api.ask('POST', path, { body: { addresses: [address] } })).toMatchObject({ status: 202 })
    expect((await api.ask('GET', '/readyz', { key: undefined })).status).toBe(200)
  })
})

describe('an idempotency key', () => {
  it('counts for one operation: what another one does with the same takes effect', async () => {
    const headers = { 'idempotency-key': 'mine' }
    const locations = []
    for (const path of OPERATIONS) {
      const { headers: answered } = await api.ask('POST', path, { body: { addresses: ['8.8.4.4'] }, headers })
      locations.push(answered['location'])
      expect((await listed()).includes('8.8.4.4')).toBe(path === '/v1/ip')
    }
    expect(new Set(locations).size).toBe(OPERATIONS.length)
  })
})

describe('a report', () => {
  it('puts public addresses on the list in canonical form', async () => {
    const addresses = ['::ffff:5.5.5.5', '2A00:0::1', '5.5.5.5']
    const body = { addresses, ttl: 60, type: 'TOR', tags: [' COWRIE', '', 'A-1 '] }
    expect((await api.ask('POST', '/v1/ip', { body })).status).toBe(202)
    const nowMs = api.clock.nowMs()
    expect((await api.ask('GET', '/v1/denylist/reported/ip/5.5.5.5')).json).toEqual({
      self: '/v1/denylist/reported/ip/5.5.5.5',
      last_report: nowMs,
      expiry: nowMs + 60_000,
      total_reports: 1,
      protocol: 'IPV4',
      dataset: '/v1/dataset/ip/TOR',
      tags: ['COWRIE', 'A-1'],
    })
    expect(await listed()).toEqual(expect.arrayContaining(['5.5.5.5', '2a00::1']))
  })

  it('counts once when it is sent twice with the same idempotency key', async () => {
    const headers = { 'idempotency-key': 'once' }
    for (let times = 0; times < 3; times++) {
      await api.ask('POST', '/v1/ip', { body: { addresses: ['5.5.6.1'] }, headers })
    }
    await api.ask('POST', '/v1/ip', { body: { addresses: ['5.5.6.1'] } })
    expect((await api.ask('GET', '/v1/denylist/reported/ip/5.5.6.1')).json).toMatchObject({
      total_reports: 2,
    })
  })

  it('counts the time from the sighting', async () => {
    const nowMs = api.clock.nowMs()
    const times = [nowMs - 30_000, nowMs - 90_000, nowMs + 5_000]
    const body = { addresses: ['5.5.7.1', '5.5.7.2', '5.5.7.3'], ttl: 60, observed_at: times }
    await api.ask('POST', '/v1/ip', { body })
    expect((await api.ask('GET', '/v1/denylist/reported/ip/5.5.7.1')).json).toMatchObject({
      expiry: nowMs + 30_000,
    })
    expect((await api.ask('GET', '/v1/denylist/reported/ip/5.5.7.2')).status).toBe(404)
    expect((await api.ask('GET', '/v1/denylist/reported/ip/5.5.7.3')).json).toMatchObject({
      last_report: nowMs,
    })
  })

  it.each([
    [{ ttl: 0 }, ['body', 'ttl']],
    [{ ttl: -1 }, ['body', 'ttl']],
    [{ ttl: 315_360_001 }, ['body', 'ttl']],
    [{ ttl: '1' }, ['body', 'ttl']],
    [{ type: 'abuse' }, ['body', 'type']],
    [{ tags: 'COWRIE' }, ['body', 'tags']],
    [{ tags: ['COWRIE', 'a'] }, ['body', 'tags', 1]],
    [{ observed_at: [1, 2] }, ['body', 'observed_at']],
    [{ observed_at: ['x'] }, ['body', 'observed_at', 0]],
  ])('is refused with its place: %j', async (fields, loc) => {
    const answer = await api.ask('POST', '/v1/ip', { body: { addresses: ['5.5.8.1'], ...fields } })
    expect(answer).toMatchObject({ status: 422, json: { detail: [{ loc }] } })
    expect((await api.ask('GET', '/v1/denylist/reported/ip/5.5.8.1')).status).toBe(404)
  })
})

describe('an unban', () => {
  it('ends the entry at once and does not look at other fields', async () => {
    await api.ask('POST', '/v1/ip', { body: { addresses: ['5.6.0.1', '5.6.0.2'] } })
    const body = { addresses: ['5.6.0.1'], ttl: -1, type: 'nonsense', tags: 7 }
    expect((await api.ask('POST', '/v1/unban/ip', { body })).status).toBe(202)
    const list = await listed()
    expect(list).not.toContain('5.6.0.1')
    expect(list).toContain('5.6.0.2')
  })
})

describe('a false positive', () => {
  it('takes the address off the list and keeps it off until it is removed', async () => {
    const body = { addresses: ['5.7.0.1'] }
    await api.ask('POST', '/v1/ip', { body })
    await api.ask('POST', '/v1/false/add/ip', { body: { ...body, ttl: 60 } })
    expect(await listed()).not.toContain('5.7.0.1')
    const refused = await api.ask('POST', '/v1/ip', { body })
    expect(await receiptOf(refused.headers['location'])).toMatchObject({ taken: 0, skipped: { allowed: 1 } })
    await api.ask('POST', '/v1/false/remove/ip', { body: { ...body, ttl: 'ignored' } })
    await api.ask('POST', '/v1/ip', { body })
    expect(await listed()).toContain('5.7.0.1')
  })

  it.each([{ ttl: 0 }, { type: 'x' }, { tags: ['x'] }])('is refused with %j', async (fields) => {
    const answer = await api.ask('POST', '/v1/false/add/ip', { body: { addresses: ['5.7.0.2'], ...fields } })
    expect(answer.status).toBe(422)
  })
})

describe('/test', () => {
  it.each(['GET', 'POST'] as const)('answers %s with {} for a valid key of any scope', async (method) => {
    const key = await api.makeKey('enforce')
    expect(await api.ask(method, '/test', { key })).toMatchObject({ status: 200, json: {} })
    expect(await api.ask(method, '/test', { key: undefined })).toMatchObject({ status: 401 })
  })

  it('has no other verb', async () => {
    const answer = await api.ask('DELETE', '/test')
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'GET, POST'])
  })
})

describe('the rate limit', () => {
  it('counts all four operations of a key together, and refused ones not at all', async () => {
    const limited = await openApi({ reportsPerMinute: 6 })
    try {
      const body = { addresses: ['8.8.8.8'] }
      const statuses: number[] = []
      for (const path of [...OPERATIONS, ...OPERATIONS]) {
        statuses.push((await limited.ask('POST', path, { body })).status)
      }
      expect(statuses).toEqual([202, 202, 202, 202, 202, 202, 429, 429])
      const refused = await limited.ask('POST', '/v1/ip', { body })
      expect(refused).toMatchObject({ status: 429, json: refusal('too-many-requests') })
      expect(refused.headers['retry-after']).toBe('60')
      expect(
        (await limited.ask('POST', '/v1/ip', { key: await limited.makeKey('report'), body })).status,
      ).toBe(202)

      await limited.clock.advance(58_999)
      expect((await limited.ask('POST', '/v1/ip', { body })).status).toBe(429)
      await limited.clock.advance(1)
      expect((await limited.ask('POST', '/v1/ip', { body })).status).toBe(202)
    } finally {
      await limited.close()
    }
  })

  it('comes after the key and its scope, and before the body', async () => {
    const limited = await openApi({ reportsPerMinute: 1 })
    try {
      const reader = await limited.makeKey('read')
      const reporter = await limited.makeKey('report')
      expect((await limited.ask('POST', '/v1/ip', { key: reader, body: '{' })).status).toBe(403)
      expect((await limited.ask('POST', '/v1/ip', { key: reader, body: '{' })).status).toBe(403)
      expect((await limited.ask('POST', '/v1/ip', { key: reporter, body: '{' })).status).toBe(422)
      expect((await limited.ask('POST', '/v1/ip', { key: reporter, body: '{' })).status).toBe(429)
    } finally {
      await limited.close()
    }
  })
})
