import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ReportedAddressList } from '../../src/contract/index.ts'
import { type ApiPlace, openApi } from '../support/api-place.ts'

let api: ApiPlace

const LIST = '/v1/denylist/reported/ip'

/** Four addresses, reported a minute apart; the last one twice. */
beforeAll(async () => {
  api = await openApi()
  for (const [address, ttl, type] of [
    ['5.0.0.1', 3600, 'ABUSE'],
    ['5.0.0.2', 600, 'TOR'],
    ['2a00::3', 7200, 'ABUSE'],
    ['5.0.0.4', 3600, 'TOR'],
  ] as const) {
    await api.ask('POST', '/v1/ip', { body: { addresses: [address], ttl, type, tags: ['A', 'B-C'] } })
    await api.clock.advance(60_000)
  }
  await api.ask('POST', '/v1/ip', { body: { addresses: ['5.0.0.4'], type: 'TOR' } })
  await api.clock.advance(60_000)
})
afterAll(() => api.close())

async function listed(query: string, key?: string): Promise<string[]> {
  const answer = await api.ask('GET', `${LIST}${query}`, key === undefined ? {} : { key })
  expect(answer).toMatchObject({ status: 200 })
  const { addresses } = ReportedAddressList.parse(answer.json)
  return addresses.map(({ self }) => self.slice(LIST.length + 1)).toSorted()
}

describe('GET /v1/denylist/reported/ip', () => {
  it('lists what was reported, in the words of the schema', async () => {
    const answer = await api.ask('GET', LIST)
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(await listed('')).toEqual(['2a00::3', '5.0.0.1', '5.0.0.2', '5.0.0.4'])
    expect(answer.json).toMatchObject({ self: LIST })
  })

  it.each([
    ['?dataset=TOR', ['5.0.0.2', '5.0.0.4']],
    ['?dataset=BOGONS', []],
    ['?ip_protocol_version=IPV6', ['2a00::3']],
    ['?ip_protocol_version=IPV4', ['5.0.0.1', '5.0.0.2', '5.0.0.4']],
    ['?ip_protocol_version=ALL', ['2a00::3', '5.0.0.1', '5.0.0.2', '5.0.0.4']],
    ['?greater_than=1', ['5.0.0.4']],
    ['?less_than=2', ['2a00::3', '5.0.0.1', '5.0.0.2']],
    ['?greater_than=2', []],
    ['?dataset=TOR&less_than=2', ['5.0.0.2']],
    ['?dataset=BOGONS&dataset=TOR', ['5.0.0.2', '5.0.0.4']],
    ['?something=else', ['2a00::3', '5.0.0.1', '5.0.0.2', '5.0.0.4']],
  ])('filters by %s', async (query, expected) => {
    expect(await listed(query)).toEqual(expected)
  })

  it('filters by times in milliseconds and in seconds, bounds excluded', async () => {
    const endMs = api.clock.nowMs()
    const secondReportMs = endMs - 4 * 60_000 // of 5.0.0.2
    for (const unit of [1, 1000]) {
      const at = (ms: number) => String(ms / unit)
      expect(await listed(`?reported_after=${at(secondReportMs)}`)).toEqual(['2a00::3', '5.0.0.4'])
      expect(await listed(`?reported_before=${at(secondReportMs)}`)).toEqual(['5.0.0.1'])
      expect(await listed(`?expires_before=${at(secondReportMs + 600_000)}`)).toEqual([])
      expect(await listed(`?expires_before=${at(secondReportMs + 601_000)}`)).toEqual(['5.0.0.2'])
      expect(await listed(`?expires_after=${at(endMs + 3_600_000)}`)).toEqual(['2a00::3', '5.0.0.4'])
    }
  })

  it.each([
    ['dataset=abuse', 400, 'invalid-dataset-name'],
    ['dataset=', 400, 'invalid-dataset-name'],
    ['dataset=NO_SUCH', 404, 'dataset-not-found'],
    ['output_format=AWS-WAF', 400, 'combined-ip-protocol-not-supported'],
    ['output_format=AWS-WAF&ip_protocol_version=ALL', 400, 'combined-ip-protocol-not-supported'],
  ])('refuses ?%s with %d', async (query, status, slug) => {
    const answer = await api.ask('GET', `${LIST}?${query}`)
    expect(answer).toMatchObject({ status, json: { type: `/docs/errors/${slug}` } })
  })

  it.each(['reported_before', 'reported_after'])('does not take %s in the future', async (name) => {
    const nowMs = api.clock.nowMs()
    expect((await api.ask('GET', `${LIST}?${name}=${nowMs}`)).status).toBe(200)
    const answer = await api.ask('GET', `${LIST}?${name}=${nowMs + 1}`)
    expect(answer).toMatchObject({ status: 400, json: { type: '/docs/errors/timestamp-in-the-future' } })
  })

  it.each(['expires_before', 'expires_after'])('takes %s in the past and in the future', async (name) => {
    for (const offset of [-60_000, 60_000]) {
      expect((await api.ask('GET', `${LIST}?${name}=${api.clock.nowMs() + offset}`)).status).toBe(200)
    }
  })

  it.each([
    ['greater_than=0', 'greater_than'],
    ['greater_than=x', 'greater_than'],
    ['less_than=1', 'less_than'],
    ['less_than=1.5', 'less_than'],
    ['reported_after=yesterday', 'reported_after'],
    ['expires_before=-1', 'expires_before'],
    ['ip_protocol_version=6', 'ip_protocol_version'],
    ['output_format=json', 'output_format'],
  ])('refuses ?%s with its place', async (query, name) => {
    const answer = await api.ask('GET', `${LIST}?${query}`)
    expect(answer).toMatchObject({ status: 422, json: { detail: [{ loc: ['query', name] }] } })
  })

  it('gives CSV, plain lines and the input of AWS WAF', async () => {
    const csv = await api.ask('GET', `${LIST}?output_format=CSV`)
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8; header=present')
    expect(csv.text.split('\r\n')).toHaveLength(6)
    expect(csv.text).toContain('\r\n5.0.0.2,TOR,IPV4,1,')

    const plain = await api.ask('GET', `${LIST}?output_format=PLAIN&dataset=ABUSE`)
    expect(plain.headers['content-type']).toBe('text/plain; charset=utf-8')
    expect(plain.text.split('\n').toSorted()).toEqual(['', '2a00::3', '5.0.0.1'])

    const waf = await api.ask('GET', `${LIST}?output_format=AWS-WAF&ip_protocol_version=IPV6`)
    expect(waf.json).toMatchObject({ IPAddressVersion: 'IPV6', Addresses: ['2a00::3/128'] })
  })

  it('needs a key with the scope read', async () => {
    expect(await api.ask('GET', LIST, { key: undefined })).toMatchObject({ status: 401 })
    expect(await api.ask('GET', LIST, { key: await api.makeKey('report', 'manage') })).toMatchObject({
      status: 403,
    })
    expect(await listed('', await api.makeKey('read'))).toHaveLength(4)
  })

  it('can only be read', async () => {
    const answer = await api.ask('DELETE', LIST)
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'GET'])
    expect((await api.ask('GET', `${LIST}/`)).status).toBe(200)
  })
})

describe('one reported address', () => {
  it.each(['5.0.0.1', '::ffff:5.0.0.1', '%3A%3Affff%3A5.0.0.1'])('is found as %s', async (text) => {
    expect((await api.ask('GET', `${LIST}/${text}`)).json).toMatchObject({
      self: `${LIST}/5.0.0.1`,
      dataset: '/v1/dataset/ip/ABUSE',
      tags: ['A', 'B-C'],
    })
  })

  it.each(['2a00::3', '2A00%3A0%3A0%3A0%3A0%3A0%3A0%3A3'])('is found as %s', async (text) => {
    expect((await api.ask('GET', `${LIST}/${text}`)).json).toMatchObject({
      self: `${LIST}/2a00::3`,
      protocol: 'IPV6',
    })
  })

  it.each(['GET', 'DELETE'] as const)('that is not on the list answers %s with 404', async (method) => {
    const answer = await api.ask(method, `${LIST}/9.9.9.9`)
    expect(answer).toMatchObject({
      status: 404,
      json: {
        detail: "'9.9.9.9' not found. Check the value for a typo or incorrect value.",
        type: '/docs/errors/reported-ip-address-not-found',
      },
    })
  })

  it.each(['GET', 'DELETE'] as const)('that is none answers %s with 422', async (method) => {
    for (const text of [
      'x',
      '1.2.3',
      '01.2.3.4',
      '1.2.3.4%2F32',
      'fe80::1%25eth0',
      '%20',
      'x'.repeat(15_000),
    ]) {
      const answer = await api.ask(method, `${LIST}/${text}`)
      expect(answer).toMatchObject({
        status: 422,
        json: { detail: [{ loc: ['path', 'ip_address'] }] },
      })
    }
  })

  it('may be named by no path that is not well encoded', async () => {
    const answer = await api.ask('GET', `${LIST}/%zz`)
    expect(answer).toMatchObject({ status: 400, json: { type: '/docs/errors/malformed-request' } })
  })

  it('called "all" can be deleted and is no address to read', async () => {
    expect((await api.ask('GET', `${LIST}/all`)).status).toBe(422)
  })

  it('leaves the list when it is deleted, and comes back as new', async () => {
    const body = { addresses: ['6.0.0.1'], ttl: 60 }
    await api.ask('POST', '/v1/ip', { body })
    await api.ask('POST', '/v1/ip', { body })
    expect(await api.ask('DELETE', `${LIST}/6.0.0.1`, { key: await api.makeKey('read') })).toMatchObject({
      status: 403,
    })
    const answer = await api.ask('DELETE', `${LIST}/6.0.0.1`, { key: await api.makeKey('manage') })
    expect([answer.status, answer.text]).toEqual([204, ''])
    expect((await api.ask('DELETE', `${LIST}/6.0.0.1`)).status).toBe(404)
    await api.clock.advance(1)
    await api.ask('POST', '/v1/ip', { body })
    expect((await api.ask('GET', `${LIST}/6.0.0.1`)).json).toMatchObject({ total_reports: 1 })
    await api.ask('DELETE', `${LIST}/6.0.0.1`)
  })

  it('ends at its expiry', async () => {
    const other = await openApi()
    try {
      await other.ask('POST', '/v1/ip', { body: { addresses: ['6.0.0.2'], ttl: 60 } })
      await other.clock.advance(59_999)
      expect((await other.ask('GET', `${LIST}/6.0.0.2`)).status).toBe(200)
      await other.clock.advance(1)
      expect((await other.ask('GET', `${LIST}/6.0.0.2`)).status).toBe(404)
      expect((await other.ask('GET', `${LIST}?output_format=PLAIN`)).text).toBe('')
    } finally {
      await other.close()
    }
  })
})

describe('DELETE /v1/denylist/reported/ip/all', () => {
  it('empties the list of the account and of no other', async () => {
    const mine = api.otherKey
    for (const key of [mine, api.adminKey]) {
      await api.ask('POST', '/v1/ip', { key, body: { addresses: ['6.1.0.1', '6.1.0.2'], ttl: 60 } })
    }
    const reader = await api.makeKey('read')
    expect(await api.ask('DELETE', `${LIST}/all`, { key: reader })).toMatchObject({ status: 403 })
    const answer = await api.ask('DELETE', `${LIST}/all`, { key: mine })
    expect([answer.status, answer.text]).toEqual([204, ''])
    expect(await listed('', mine)).toEqual([])
    expect(await listed('?less_than=2')).toEqual(expect.arrayContaining(['6.1.0.1', '6.1.0.2']))
    for (const address of ['6.1.0.1', '6.1.0.2']) await api.ask('DELETE', `${LIST}/${address}`)
  })
})

describe('GET /v1/token', () => {
  it('needs a key', async () => {
    expect((await api.ask('GET', '/v1/token', { key: undefined })).status).toBe(401)
  })
})

describe('accounts', () => {
  it('do not see one another', async () => {
    const other = api.otherKey
    const mine = await listed('')
    expect(await listed('', other)).toEqual([])
    const reported = await api.ask('POST', '/v1/ip', { key: other, body: { addresses: ['7.0.0.1'] } })
    await api.ask('POST', '/v1/false/add/ip', { key: other, body: { addresses: ['5.0.0.1', '7.0.0.2'] } })

    expect(await listed('', other)).toEqual(['7.0.0.1'])
    expect(await listed('')).toEqual(mine)
    for (const path of [`${LIST}/7.0.0.1`, String(reported.headers['location'])]) {
      expect((await api.ask('GET', path)).status).toBe(404)
      expect((await api.ask('GET', path, { key: other })).status).toBe(200)
    }
    expect((await api.ask('DELETE', `${LIST}/7.0.0.1`)).status).toBe(404)
    expect((await api.ask('GET', '/honeyjam/v1/allowlist')).json).toEqual({ ranges: [] })
    expect((await api.ask('GET', '/honeyjam/v1/check/7.0.0.2')).json).toMatchObject({
      listed: false,
      allowed: false,
    })
    const { keys } = (await api.ask('GET', '/honeyjam/v1/keys', { key: other })).json as { keys: unknown[] }
    expect(keys).toHaveLength(1)
  })
})
