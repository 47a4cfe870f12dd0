import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, type ApiPlace, openApi } from '../support/api-place.ts'
import { heldToContract, publishedContract } from '../support/held-answers.ts'

let api: ApiPlace
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

const ask = heldToContract(() => api)

interface ListBody {
  readonly self: string
  readonly name: string
  readonly lists: readonly ListBody[]
  readonly [field: string]: unknown
}

const LIST = { name: 'mine', description: 'Made by hand.', resource_type: 'CIDR', tags: ['A', 'B-C'] }

async function makeList(root: string, fields: object = {}): Promise<string> {
  const answer = await ask('POST', root, { body: { payload: { ...LIST, ...fields } } })
  expect(answer).toMatchObject({ status: 202 })
  expect(answer.headers['location']).toMatch(/^\/honeyjam\/v1\/receipts\//)
  expect(answer.json).toMatch(/^[0-9a-f-]{36}$/)
  return `${root}/${answer.json as string}`
}

async function listNamed(root: string, name: string): Promise<ListBody> {
  const { lists } = (await ask('GET', `${root}/all`)).json as ListBody
  return lists.find((list) => list.name === name)!
}

const ROOTS = ['/v1/denylist/private', '/v1/allowlist/private'] as const

describe.skipIf(publishedContract === undefined)('the published contract', () => {
  it('is at hand, so that every answer below is held to it', () => {
    expect(publishedContract?.operations).toContain('GET /v1/denylist/private/all')
  })
})

describe.each(ROOTS)('private lists under %s', (root) => {
  const type = root.includes('deny') ? 'DENY' : 'ALLOW'

  it('are made, shown, changed, listed by their kind and deleted', async () => {
    const list = await makeList(root, { ttl: 3600 })
    const nowSeconds = Math.floor(api.clock.nowMs() / 1000)
    expect((await ask('GET', list)).json).toEqual({
      self: list,
      name: 'mine',
      description: 'Made by hand.',
      resource_type: 'CIDR',
      list_type: type,
      tags: ['A', 'B-C'],
      content: `${list}/content`,
      created_at: nowSeconds,
      updated_at: nowSeconds,
      ttl: 3600,
      expiry: nowSeconds + 3600,
    })
    await api.clock.advance(5000)
    expect(await ask('PUT', list, { body: { name: 'renamed', ttl: null } })).toMatchObject({
      status: 202,
      text: '',
    })
    const changed = (await ask('GET', list)).json as ListBody
    expect(changed).toMatchObject({
      name: 'renamed',
      description: 'Made by hand.',
      updated_at: nowSeconds + 5,
    })
    expect(changed).not.toHaveProperty('expiry')
    const names = async (path: string) =>
      ((await ask('GET', path)).json as ListBody).lists.map(({ self }) => self)
    expect(await names(`${root}/all`)).toContain(list)
    expect(await names(`${root}/all/cidr`)).toContain(list)
    expect(await names(`${root}/all/as`)).not.toContain(list)
    expect(await ask('DELETE', list)).toMatchObject({ status: 202, text: '' })
    expect((await ask('GET', list)).status).toBe(404)
    expect((await ask('DELETE', list)).status).toBe(404)
    expect(await names(`${root}/all`)).not.toContain(list)
  })

  it('may come without the wrapper, with an expiry, and with the kinds spelt as in the texts', async () => {
    const expiry = Math.floor(api.clock.nowMs() / 1000) + 60
    const bodies = [
      { ...LIST, expiry },
      { ...LIST, expiry: expiry * 1000 },
      { ...LIST, resource_type: 'USER AGENT', description: '' },
      { payload: { ...LIST, resource_type: 'DATACENTER_ID' } },
    ]
    const lists = []
    for (const body of bodies) {
      const { json } = await ask('POST', root, { body })
      lists.push((await ask('GET', `${root}/${json as string}`)).json)
    }
    expect(lists).toMatchObject([
      { expiry, ttl: 60 },
      { expiry, ttl: 60 },
      { resource_type: 'USERAGENT' },
      { resource_type: 'DATACENTER' },
    ])
  })

  it.each<[what: string, fields: object]>([
    ['no name', { name: undefined }],
    ['an unprintable name', { name: 'a\u0000' }],
    ['an unknown kind', { resource_type: 'UNKNOWN' }],
    ['a malformed tag', { tags: ['a b'] }],
    ['a fraction', { ttl: 1.5 }],
    ['a ttl beyond all bounds', { ttl: 1e12 }],
  ])('are not valid with %s', async (_, fields) => {
    const wrapped = await ask('POST', root, { body: { payload: { ...LIST, ...fields } } })
    const flat = await ask('POST', root, { body: { ...LIST, ...fields } })
    expect([wrapped.status, flat.status]).toEqual([422, 422])
    const locOf = ({ json }: Answer) => (json as { detail: { loc: string[] }[] }).detail[0]?.loc
    expect(locOf(wrapped)?.slice(0, 2)).toEqual(['body', 'payload'])
    expect(locOf(flat)).not.toContain('payload')
  })

  it('end no later than any calendar goes: firewalls and people could not be told', async () => {
    const payload = { ...LIST, expiry: 8_640_000_000_000_001 }
    const answer = await ask('POST', root, { body: { payload } })
    expect(answer).toMatchObject({ status: 422, json: { detail: [{ loc: ['body', 'payload', 'expiry'] }] } })
    const latest = { ...LIST, expiry: 8_640_000_000_000_000 }
    expect((await ask('POST', root, { body: latest })).status).toBe(202)
  })

  it.each([{ ttl: -1 }, { ttl: 0 }, { expiry: 1000 }])(
    'do not begin when they are over: %j',
    async (fields) => {
      expect(await ask('POST', root, { body: { payload: { ...LIST, ...fields } } })).toMatchObject({
        status: 400,
        json: { type: '/docs/errors/resource-will-expire-before-current-time' },
      })
    },
  )

  it('count as absent once they have expired', async () => {
    const list = await makeList(root, { ttl: 10 })
    await ask('PUT', `${list}/content`, { body: { append: ['8.8.4.0/24'] } })
    expect(((await ask('GET', `${root}/ip/8.8.4.4`)).json as ListBody)['cidrs']).toEqual([list])
    await api.clock.advance(10_000)
    expect((await ask('GET', list)).status).toBe(404)
    expect((await ask('PUT', list, { body: { ttl: 60 } })).status).toBe(404)
    expect(((await ask('GET', `${root}/ip/8.8.4.4`)).json as ListBody)['cidrs']).toEqual([])
  })

  it.each<[kind: string, field: string, given: string[], content: unknown[]]>([
    [
      'CIDR',
      'cidrs',
      ['9.9.9.9', '8.0.0.0/8', '2A00::/32', '8.8.8.8/32'],
      ['8.0.0.0/8', '8.8.8.8/32', '9.9.9.9/32', '2a00::/32'],
    ],
    ['AS', 'asns', ['AS64500', '9', '100'], [9, 100, 64_500]],
    ['COUNTRY', 'countries', ['de', 'CH'], ['CH', 'DE']],
    ['CONTINENT', 'continents', ['EU', 'af'], ['AF', 'EU']],
    ['DATACENTER', 'datacenters', ['B_1', 'A'], ['A', 'B_1']],
    ['USERAGENT', 'user_agents', ['curl/8', ' Mozilla/5.0 '], ['Mozilla/5.0', 'curl/8']],
  ])('hold %s: they are put on, taken off, and all taken off', async (kind, field, given, content) => {
    const list = await makeList(root, { resource_type: kind })
    expect(await ask('GET', `${list}/content`)).toMatchObject({
      json: { self: `${list}/content`, [field]: [] },
    })
    const put = await ask('PUT', `${list}/content`, { body: { append: given } })
    expect(put).toMatchObject({ status: 202, text: '' })
    expect((await ask('GET', `${list}/content`)).json).toEqual({ self: `${list}/content`, [field]: content })
    await ask('PUT', `${list}/content`, { body: { remove: [given[0], given[0], given[1]] } })
    const left = (await ask('GET', `${list}/content`)).json as ListBody
    expect(left[field]).toHaveLength(content.length - 2)
    expect(await ask('PUT', `${list}/content`, { body: { append: [given[0], '\u0000'] } })).toMatchObject({
      status: 422,
      json: { detail: [{ loc: ['body', 'append', 1] }] },
    })
    expect((await ask('GET', `${list}/content`)).json).toEqual(left)
    expect(await ask('DELETE', `${list}/content`)).toMatchObject({ status: 202, text: '' })
    expect((await ask('GET', `${list}/content`)).json).toEqual({ self: `${list}/content`, [field]: [] })
  })

  it('are read in pages', async () => {
    const list = await makeList(root)
    const append = Array.from({ length: 27 }, (_, index) => `9.0.${index}.0/24`)
    await ask('PUT', `${list}/content`, { body: { append } })
    const page = async (query: string) =>
      ((await ask('GET', `${list}/content${query}`)).json as ListBody)['cidrs']
    expect(await page('')).toEqual(append.slice(0, 20))
    expect(await page('?page=2')).toEqual(append.slice(20))
    expect(await page('?page=3')).toEqual([])
    expect(await page('?page=2&page_size=5')).toEqual(append.slice(5, 10))
    for (const query of ['?page=0', '?page_size=4', '?page_size=101', '?page=x']) {
      expect((await ask('GET', `${list}/content${query}`)).status).toBe(422)
    }
  })

  it('are found by an address in any spelling, percent-encoded too', async () => {
    const list = await makeList(root)
    await ask('PUT', `${list}/content`, { body: { append: ['2a00:1::/32'] } })
    for (const text of ['2a00:1::1', '2A00%3A1%3A%3A1', '2a00%3A0001%3A0%3A0%3A0%3A0%3A0%3A1']) {
      expect((await ask('GET', `${root}/ip/${text}`)).json).toMatchObject({
        self: `${root}/ip/2a00:1::1`,
        cidrs: [list],
        asns: [],
        reported: [],
      })
    }
    expect((await ask('GET', `${root}/ip/all`)).status).toBe(422)
  })

  it('have origins, which end after their ttl', async () => {
    const list = await makeList(root)
    const put = (body: object) => ask('PUT', `${list}/origin`, { body })
    expect(await put({ origin: 'https://www.example.org/path', status: 'ACTIVE', ttl: 30 })).toMatchObject({
      status: 202,
      text: '',
    })
    const origins = async () =>
      ((await ask('GET', list)).json as { origins?: { lists: object[] } }).origins?.lists
    expect(await origins()).toMatchObject([{ origin: 'https://www.example.org', status: 'ACTIVE' }])
    await put({ origin: 'https://www.example.org', status: 'INACTIVE', ttl: 30 })
    expect(await origins()).toMatchObject([{ status: 'INACTIVE' }])
    await api.clock.advance(30_000)
    expect(await origins()).toBeUndefined()
    expect((await put({ origin: 'https://www.example.org', status: 'DELETED' })).status).toBe(404)
    expect((await put({ origin: 'https://www.example.org', status: 'GONE' })).status).toBe(422)
    expect((await put({ origin: 'https://www.example.org', status: 'ACTIVE', ttl: -1 })).status).toBe(422)
    expect((await put({ origin: 'javascript:alert(1)', status: 'ACTIVE' })).status).toBe(400)
  })

  it('are the account’s own: another finds none of them, nor under the other kind', async () => {
    const list = await makeList(root)
    await ask('PUT', `${list}/content`, { body: { append: ['9.5.0.0/16'] } })
    const key = api.otherKey
    const other = list.replace(root, ROOTS.find((each) => each !== root)!)
    for (const path of [list, `${list}/content`]) expect((await ask('GET', path, { key })).status).toBe(404)
    expect((await ask('PUT', `${list}/content`, { key, body: { append: ['9.5.0.0/16'] } })).status).toBe(404)
    expect((await ask('DELETE', list, { key })).status).toBe(404)
    expect((await ask('DELETE', `${list}/content`, { key })).status).toBe(404)
    expect((await ask('GET', other)).status).toBe(404)
    expect(((await ask('GET', `${root}/ip/9.5.0.1`, { key })).json as ListBody)['cidrs']).toEqual([])
    const { lists } = (await ask('GET', `${root}/all`, { key })).json as ListBody
    expect(lists.every(({ name }) => name !== 'mine')).toBe(true)
    expect((await ask('GET', list)).status).toBe(200)
  })

  it('are read with the scope read and changed with manage alone', async () => {
    const list = await makeList(root)
    const reader = await api.makeKey('read')
    const manager = await api.makeKey('manage')
    expect((await ask('GET', list, { key: reader })).status).toBe(200)
    expect((await ask('GET', list, { key: manager })).status).toBe(403)
    expect((await ask('PUT', list, { key: reader, body: { name: 'x' } })).status).toBe(403)
    expect((await ask('PUT', list, { key: manager, body: { name: 'x' } })).status).toBe(202)
    expect((await ask('GET', list, { key: undefined })).status).toBe(401)
  })

  it('refuse more than one request or the account may hold', async () => {
    const list = await makeList(root, { resource_type: 'AS' })
    const append = Array.from({ length: 10_001 }, (_, index) => String(index + 1))
    expect(await ask('PUT', `${list}/content`, { body: { append } })).toMatchObject({
      status: 413,
      json: { type: '/docs/errors/ip-address-list-too-large' },
    })
  })

  it('are named by a UUID', async () => {
    expect((await ask('GET', `${root}/nonsense`)).status).toBe(422)
    expect((await ask('GET', `${root}/all/nonsense`)).status).toBe(422)
    expect((await ask('GET', `${root}/00000000-0000-4000-8000-000000000000`)).status).toBe(404)
  })
})

describe('default lists', () => {
  const [denylists, allowlists] = ROOTS

  it('are there from the start, are emptied, and neither changed nor deleted', async () => {
    for (const [root, name] of [
      [denylists, 'External sources reported CIDRs'],
      [denylists, 'Default denylist'],
      [allowlists, 'Default allowlist'],
    ] as const) {
      const { self, created_at: createdAt } = await listNamed(root, name)
      expect(createdAt).toBeGreaterThan(1_600_000_000)
      for (const answer of [await ask('PUT', self, { body: { name: 'x' } }), await ask('DELETE', self)]) {
        expect(answer).toMatchObject({ status: 403, json: { type: '/docs/errors/list-cannot-be-changed' } })
      }
      expect((await ask('DELETE', `${self}/content`)).status).toBe(202)
    }
  })

  it('hold what is reported, and let nothing else onto that list', async () => {
    const { self } = await listNamed(denylists, 'External sources reported CIDRs')
    await api.ask('POST', '/v1/ip', { body: { addresses: ['8.1.1.1', '2a00::5'] } })
    const content = async () =>
      ((await ask('GET', `${self}/content`)).json as { cidrs: string[] }).cidrs.toSorted()
    expect(await content()).toEqual(['2a00::5/128', '8.1.1.1/32'])
    expect((await ask('PUT', `${self}/content`, { body: { append: ['9.9.9.9'] } })).status).toBe(403)
    expect((await ask('GET', `${denylists}/ip/8.1.1.1`)).json).toMatchObject({
      cidrs: [],
      reported: ['/v1/denylist/reported/ip/8.1.1.1'],
    })
    expect((await ask('DELETE', `${self}/content`)).status).toBe(202)
    expect(await content()).toEqual([])
    expect((await api.ask('GET', '/v1/denylist/reported/ip/8.1.1.1')).status).toBe(404)
  })

  it('hold what is allowed by hand or as a false positive, and end what is reported of it', async () => {
    const { self } = await listNamed(allowlists, 'Default allowlist')
    await api.ask('POST', '/v1/false/add/ip', { body: { addresses: ['8.2.2.2'] } })
    await api.ask('POST', '/v1/ip', { body: { addresses: ['8.3.3.3'] } })
    await ask('PUT', `${self}/content`, { body: { append: ['8.3.3.0/24', '10.0.0.0/8'] } })
    expect((await ask('GET', `${self}/content`)).json).toMatchObject({
      cidrs: ['8.2.2.2/32', '8.3.3.0/24', '10.0.0.0/8'],
    })
    expect((await api.ask('GET', '/v1/denylist/reported/ip/8.3.3.3')).status).toBe(404)
    expect((await api.ask('GET', '/honeyjam/v1/allowlist')).json).toMatchObject({
      ranges: [{}, {}, {}],
    })
    expect((await ask('GET', `${allowlists}/ip/8.3.3.3`)).json).toMatchObject({ cidrs: [self] })
    await ask('PUT', `${self}/content`, { body: { remove: ['8.3.3.0/24'] } })
    expect((await ask('GET', `${allowlists}/ip/8.3.3.3`)).json).toMatchObject({ cidrs: [] })
  })

  it('take no network that is too wide, and none that is private on denylists', async () => {
    const { self } = await listNamed(denylists, 'Default denylist')
    for (const range of ['10.0.0.0/8', '0.0.0.0/0', '8.0.0.0/7', '::/0', '192.168.1.1']) {
      expect((await ask('PUT', `${self}/content`, { body: { append: [range] } })).status).toBe(422)
      expect((await ask('PUT', `${self}/content`, { body: { remove: [range] } })).status).toBe(202)
    }
    const { self: allowlist } = await listNamed(allowlists, 'Default allowlist')
    const allow = (range: string) => ask('PUT', `${allowlist}/content`, { body: { append: [range] } })
    expect((await allow('0.0.0.0/0')).status).toBe(422)
    expect((await allow('192.168.0.0/16')).status).toBe(202)
  })
})

describe.each(['/v1/denylist/public', '/v1/allowlist/public'])('public lists under %s', (root) => {
  it('are shown with the account’s choice', async () => {
    expect((await ask('GET', `${root}/all`)).status).toBe(200)
    expect(((await ask('GET', `${root}/owned`)).json as ListBody).lists).toEqual([])
    expect(((await ask('GET', `${root}/owned/country`)).json as ListBody).lists).toEqual([])
    expect((await ask('GET', `${root}/all/nonsense`)).status).toBe(422)
    expect((await ask('GET', `${root}/ip/8.8.8.8`)).json).toEqual({
      self: `${root}/ip/8.8.8.8`,
      cidrs: [],
      asns: [],
      countries: [],
      continents: [],
      datacenters: [],
    })
    const nowhere = `${root}/00000000-0000-4000-8000-000000000000`
    expect((await ask('GET', nowhere)).status).toBe(404)
    expect((await ask('PUT', nowhere, { body: { status: 'ACTIVE' } })).status).toBe(404)
    expect((await ask('DELETE', nowhere)).status).toBe(404)
  })
})

it('the community list is switched on and off, and has origins while it is on', async () => {
  const root = '/v1/denylist/public'
  const list = await listNamed(root, 'COMMUNITY_REPORTED_LIST')
  expect(list).toMatchObject({ status: 'INACTIVE', list_type: 'DENY', resource_type: 'CIDR' })
  const { self } = list
  const origin = { origin: 'https://www.example.org', status: 'ACTIVE' }
  expect((await ask('PUT', `${self}/origin`, { body: origin })).status).toBe(409)
  const expiry = Math.floor(api.clock.nowMs() / 1000) + 60
  expect(await ask('PUT', self, { body: { status: 'ACTIVE', expiry } })).toMatchObject({
    status: 202,
    text: '',
  })
  expect((await ask('PUT', `${self}/origin`, { body: origin })).status).toBe(202)
  expect((await ask('GET', self)).json).toMatchObject({
    status: 'ACTIVE',
    ttl: 60,
    expiry,
    origins: { lists: [{ origin: 'https://www.example.org' }] },
  })
  expect((await ask('GET', self, { key: api.otherKey })).json).toMatchObject({ status: 'INACTIVE' })
  expect(((await ask('GET', `${root}/owned`)).json as ListBody).lists).toMatchObject([{ self }])
  expect((await ask('PUT', self, { body: { status: 'SOMETIMES' } })).status).toBe(422)
  expect((await ask('DELETE', self)).status).toBe(202)
  expect((await ask('DELETE', self)).status).toBe(202)
  expect((await ask('GET', self)).json).toMatchObject({ status: 'INACTIVE' })
  expect(((await ask('GET', `${root}/owned`)).json as ListBody).lists).toEqual([])
})
