import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MAX_BODY_BYTES } from '../../src/contract/index.ts'
import { type ApiPlace, openApi } from '../support/api-place.ts'
import { heldToContract } from '../support/held-answers.ts'

let api: ApiPlace
const ask = heldToContract(() => api)

beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

interface Shown {
  readonly self: string
  readonly event: string
  readonly data: { readonly receipt?: string }
  readonly source: Readonly<Record<'uri' | 'body' | 'method' | 'address' | 'ua_string', string>> & {
    readonly status_code: number
  }
}

async function activities(key: string, query = ''): Promise<readonly Shown[]> {
  const { json } = await ask('GET', `/v1/token/activity${query}`, { key })
  return (json as { activities: Shown[] }).activities
}

describe('GET /v1/token/activity', () => {
  it('shows what was done with the key in use, newest first, and with no other', async () => {
    const key = await api.makeKey('read', 'report')
    const report = await api.ask('POST', '/v1/ip', {
      key,
      body: { addresses: ['8.8.8.8'] },
      headers: { 'user-agent': 'curl/8' },
    })
    await api.ask('GET', '/v1/denylist/reported/ip?dataset=ABUSE', { key })
    await api.ask('GET', '/v1/token', { key: api.otherKey })
    const shown = await activities(key)
    expect(shown).toMatchObject([
      {
        event: 'REQUEST_TAKEN',
        data: {},
        created_at: api.clock.nowMs(),
        source: { method: 'GET', uri: '/v1/denylist/reported/ip?dataset=ABUSE', status_code: 200, body: '' },
      },
      {
        event: 'REQUEST_TAKEN',
        description: 'POST /v1/ip was answered 202',
        data: { receipt: String(report.headers['location']).split('/').at(-1) },
        source: {
          method: 'POST',
          uri: '/v1/ip',
          status_code: 202,
          address: '127.0.0.1',
          ua_string: 'curl/8',
          body: '{"addresses":["8.8.8.8"]}',
        },
      },
    ])
    expect(new Set(shown.map(({ self }) => self)).size).toBe(2)
    expect(await activities(api.otherKey)).toMatchObject([{ source: { uri: '/v1/token' } }])
  })

  it('shows requests that were refused, whatever they were refused for', async () => {
    const { accountId } = api.accounts.authenticate(api.adminKey, api.clock.nowMs())!
    const elsewhere = await api.accounts.createKey({
      accountId,
      name: 'elsewhere',
      scopes: ['read'],
      networks: ['192.0.2.0/24' as never],
      nowMs: api.clock.nowMs(),
    })
    await api.ask('GET', '/v1/token', { key: elsewhere.keyText })
    const ofElsewhere = await api.activity.list(elsewhere.key, { page: 1, pageSize: 5 })
    expect(ofElsewhere).toMatchObject([{ status: 403, uri: '/v1/token' }])

    const key = await api.makeKey('report')
    await api.ask('GET', '/v1/denylist/reported/ip', { key })
    await api.ask('POST', '/v1/ip', { key, body: { addresses: [] } })
    await api.ask('POST', '/v1/ip', { key, body: 'x'.repeat(MAX_BODY_BYTES + 1) })
    await api.ask('POST', '/v1/ip', { body: { addresses: ['8.8.8.8'] }, key: `${key}x` })
    expect((await activities(key)).map(({ event, source }) => [event, source.status_code])).toEqual([
      ['REQUEST_REFUSED', 413],
      ['REQUEST_REFUSED', 422],
      ['REQUEST_REFUSED', 403],
    ])
  })

  it('keeps the first 200 characters of a body, and no key or other secret', async () => {
    const key = await api.makeKey('read', 'report')
    const addresses = Array.from({ length: 1000 }, (_, index) => `9.0.${index >> 8}.${index & 255}`)
    await api.ask('POST', '/v1/ip', { key, body: { addresses } })
    await api.ask('GET', `/v1/token?token=${key}&password=hunter2&page=1`, { key })
    await api.ask('POST', '/v1/ip', {
      key,
      body: { note: key, password: 'hunter2', addresses: ['8.8.4.4'] },
      headers: { 'user-agent': `x ${key}` },
    })
    const [secrets, query, large] = await activities(key)
    expect(large?.source.body).toHaveLength(200)
    expect(query?.source.uri).toBe('/v1/token?token=***&password=***&page=1')
    expect(secrets?.source).toMatchObject({
      body: '{"note":"tja_***","password":"***","addresses":["8.8.4.4"]}',
      ua_string: 'x tja_***',
    })
  })

  it('comes in pages of 5 to 100', async () => {
    const key = await api.makeKey('read')
    for (let count = 0; count < 7; count++) await api.ask('GET', `/v1/token?n=${count}`, { key })
    const first = await ask('GET', '/v1/token/activity?page_size=5', { key })
    expect(first.json).toMatchObject({ self: '/v1/token/activity', page: 1, page_size: 5 })
    const uris = (await activities(key, '?page=2&page_size=5')).map(({ source }) => source.uri)
    expect(uris).toEqual([2, 1, 0].map((count) => `/v1/token?n=${count}`))
    for (const query of ['?page=0', '?page_size=4', '?page_size=101', '?page=x'])
      expect((await ask('GET', `/v1/token/activity${query}`, { key })).status).toBe(422)
  })
})
