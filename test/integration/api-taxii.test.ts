import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Answer, type ApiPlace, openApi } from '../support/api-place.ts'

const TYPE = 'application/taxii+json;version=2.1'
const ROOT = '/taxii2/honeyjam'
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const COLLECTION = `${ROOT}/collections/decisions`

interface StixObject {
  readonly id: string
  readonly type: string
  readonly name: string
  readonly created: string
  readonly modified: string
  readonly pattern: string
  readonly valid_from: string
  readonly valid_until?: string
}

interface Envelope {
  readonly more?: boolean
  readonly next?: string
  readonly objects?: readonly StixObject[]
}

let api: ApiPlace

beforeEach(async () => {
  api = await openApi()
})
afterEach(() => api.close())

async function get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return await api.ask('GET', path, { headers: { accept: TYPE, ...headers } })
}

async function envelope(path: string): Promise<Envelope> {
  const { status, text } = await get(path)
  expect([status, text.slice(0, 80)]).toEqual([200, text.slice(0, 80)])
  return JSON.parse(text) as Envelope
}

async function namesAt(query = ''): Promise<string[]> {
  const { objects = [] } = await envelope(`${COLLECTION}/objects/?match[type]=indicator&limit=10000${query}`)
  return objects.map(({ name }) => name)
}

async function ban(addresses: readonly string[], ttl = 86_400): Promise<void> {
  await api.ask('POST', '/honeyjam/v1/ban', { body: { addresses, ttl, type: 'TOR' } })
}

const instant = () => new Date(api.clock.nowMs()).toISOString()

describe('the TAXII server', () => {
  it('tells the way from discovery to the objects', async () => {
    await ban(['9.0.0.1'])
    const discovery = JSON.parse((await get('/taxii2/')).text) as { default: string; api_roots: string[] }
    expect(discovery.api_roots).toEqual([discovery.default])
    const root = JSON.parse((await get(discovery.default)).text) as { versions: string[] }
    expect(root.versions).toEqual([TYPE])
    const { collections } = JSON.parse((await get(`${discovery.default}collections/`)).text) as {
      collections: { id: string; can_read: boolean; can_write: boolean }[]
    }
    expect(collections).toHaveLength(1)
    const id = collections[0]?.id ?? ''
    expect(id).toMatch(new RegExp(`^${UUID}$`))
    expect(JSON.parse((await get(`${discovery.default}collections/${id}/`)).text)).toEqual(collections[0])
    const { objects } = await envelope(`${discovery.default}collections/${id}/objects/`)
    expect(objects?.map(({ type }) => type)).toEqual(['identity', 'indicator'])
    expect((await get(`${discovery.default}collections/${id}/objects/`)).headers['content-type']).toBe(TYPE)
  })

  it('speaks TAXII 2.1 and no other version', async () => {
    for (const accept of [
      TYPE,
      'application/taxii+json',
      '*/*',
      'text/html, application/taxii+json; version=2.1',
    ]) {
      const answer = await get('/taxii2/', { accept })
      expect([accept, answer.status, answer.headers['content-type']]).toEqual([accept, 200, TYPE])
    }
    for (const accept of [
      'application/taxii+json;version=2.0',
      'application/vnd.oasis.taxii+json',
      'text/html',
    ])
      expect(await get('/taxii2/', { accept })).toMatchObject({
        status: 406,
        json: { type: '/docs/errors/not-acceptable' },
      })
  })

  it('takes the key as a password, and is of one account alone', async () => {
    await ban(['9.0.0.1'])
    const key = await api.makeKey('enforce')
    const authorization = `Basic ${Buffer.from(`siem:${key}`).toString('base64')}`
    const own = await api.ask('GET', `${COLLECTION}/objects/`, { key: undefined, headers: { authorization } })
    expect(own.text).toContain('9.0.0.1')
    const { id } = JSON.parse((await get(COLLECTION)).text) as { id: string }
    const path = `${ROOT}/collections/${id}/objects`
    expect(await api.ask('GET', path, { key: api.otherKey })).toMatchObject({ status: 404 })
    const other = await api.ask('GET', `${COLLECTION}/objects/`, { key: api.otherKey })
    expect(other.text).not.toContain('9.0.0.1')
  })

  it('has an indicator for each decision, of the form of STIX 2.1', async () => {
    await ban(['9.0.0.1', '2a00:1:2:3::1'], 3600)
    const list = { name: 'mine', resource_type: 'CIDR', description: '', tags: [] }
    const { json: id } = await api.ask('POST', '/v1/denylist/private', { body: { payload: list } })
    await api.ask('PUT', `/v1/denylist/private/${String(id)}/content`, { body: { append: ['9.8.0.0/24'] } })
    const { objects = [] } = await envelope(`${COLLECTION}/objects/`)
    const [identity, ...indicators] = objects
    expect(identity).toMatchObject({
      spec_version: '2.1',
      id: expect.stringMatching(new RegExp(`^identity--${UUID}$`)) as string,
      identity_class: 'system',
    })
    expect(indicators).toHaveLength(3)
    for (const indicator of indicators) {
      expect(indicator).toMatchObject({
        type: 'indicator',
        spec_version: '2.1',
        id: expect.stringMatching(new RegExp(`^indicator--${UUID}$`)) as string,
        created_by_ref: identity?.id,
        pattern_type: 'stix',
        indicator_types: ['malicious-activity'],
      })
      for (const time of [indicator.created, indicator.modified, indicator.valid_from])
        expect(time).toMatch(TIME)
      expect(indicator.modified >= indicator.created).toBe(true)
      expect((indicator.valid_until ?? '9') > indicator.valid_from).toBe(true)
    }
    const byName = new Map(indicators.map((each) => [each.name, each]))
    expect(byName.get('9.0.0.1')).toMatchObject({
      pattern: "[ipv4-addr:value = '9.0.0.1']",
      description: 'Reported as TOR.',
      valid_from: instant(),
      valid_until: new Date(api.clock.nowMs() + 3_600_000).toISOString(),
    })
    expect(byName.get('2a00:1:2:3::/64')?.pattern).toBe("[ipv6-addr:value ISSUBSET '2a00:1:2:3::/64']")
    expect(byName.get('9.8.0.0/24')).toMatchObject({
      pattern: "[ipv4-addr:value ISSUBSET '9.8.0.0/24']",
      description: 'On the list "mine".',
    })
    expect(byName.get('9.8.0.0/24')).not.toHaveProperty('valid_until')
  })

  it('makes a newer version of the same object when an address is reported again', async () => {
    await ban(['9.0.0.1'])
    const [before] = (await envelope(`${COLLECTION}/objects/?match[type]=indicator`)).objects ?? []
    await api.clock.advance(60_000)
    await ban(['9.0.0.1'])
    const [after] = (await envelope(`${COLLECTION}/objects/?match[type]=indicator`)).objects ?? []
    expect(after?.id).toBe(before?.id)
    expect(after?.created).toBe(before?.created)
    expect(after!.modified > before!.modified).toBe(true)
    expect(after!.valid_until! > before!.valid_until!).toBe(true)
  })

  it('goes through everything page by page, each object once', async () => {
    await ban(Array.from({ length: 25 }, (_, at) => `9.0.0.${at}`))
    await namesAt()
    await api.clock.advance(1000)
    await ban(Array.from({ length: 5 }, (_, at) => `9.0.1.${at}`))
    const seen: string[] = []
    let next = ''
    for (let pages = 0; pages < 10; pages++) {
      const page = await envelope(`${COLLECTION}/objects/?limit=7${next}`)
      seen.push(...(page.objects ?? []).map(({ id }) => id))
      if (page.more !== true) break
      // what comes meanwhile is for the next time
      await ban([`9.0.2.${pages}`])
      next = `&next=${page.next}`
    }
    expect(seen).toHaveLength(31)
    expect(new Set(seen).size).toBe(31)
  })

  it('leaves nothing out when the state that a page was of is gone', async () => {
    await ban(Array.from({ length: 10 }, (_, at) => `9.0.0.${at}`))
    const first = await envelope(`${COLLECTION}/objects/?limit=4`)
    for (let round = 0; round < 4; round++) {
      await api.clock.advance(1000)
      await ban([`9.0.1.${round}`])
      await namesAt()
    }
    const rest = await envelope(`${COLLECTION}/objects/?limit=100&next=${first.next}`)
    const ids = new Set([...(first.objects ?? []), ...(rest.objects ?? [])].map(({ id }) => id))
    expect(ids.size).toBe(1 + 14)
  })

  it('tells those who come back what came since, also what was seen long before it was reported', async () => {
    await ban(['9.0.0.1'])
    await api.clock.advance(7 * 86_400_000)
    await ban(['9.0.0.2'], 30 * 86_400)
    await api.clock.advance(500)
    const first = await get(`${COLLECTION}/objects/`)
    const last = String(first.headers['x-taxii-date-added-last'])
    expect(last).toMatch(TIME)
    expect(await namesAt(`&added_after=${last}`)).toEqual([])
    await api.clock.advance(1000)
    const observed = api.clock.nowMs() - 3_600_000
    const body = { addresses: ['9.0.0.3'], ttl: 86_400, observed_at: observed }
    await api.ask('POST', '/v1/ip', { body })
    expect(await namesAt(`&added_after=${last}`)).toEqual(['9.0.0.3'])
    const again = await get(`${COLLECTION}/objects/?added_after=${last}`)
    expect(again.headers['x-taxii-date-added-first']).toBe(instant())
    const then = String(again.headers['x-taxii-date-added-last'])
    await api.clock.advance(1000)
    await ban(['9.0.0.2'], 30 * 86_400)
    await api.ask('POST', '/honeyjam/v1/unban', { body: { addresses: ['9.0.0.3'] } })
    expect(await namesAt(`&added_after=${then}`)).toEqual(['9.0.0.2'])
    expect(await namesAt()).toEqual(['9.0.0.2'])
  })

  it('tells by its manifest what it holds, in the same order', async () => {
    await ban(['9.0.0.1', '9.0.0.2'])
    const { objects = [] } = await envelope(`${COLLECTION}/objects/`)
    const { objects: records } = await envelope(`${COLLECTION}/manifest/`)
    expect(records).toEqual(
      objects.map(({ id, modified }) => ({
        id,
        version: modified,
        date_added: expect.stringMatching(TIME) as string,
        media_type: 'application/stix+json;version=2.1',
      })),
    )
  })

  it('finds single objects and their version', async () => {
    await ban(['9.0.0.1', '9.0.0.2'])
    const { objects = [] } = await envelope(`${COLLECTION}/objects/`)
    for (const { id, modified } of objects) {
      expect((await envelope(`${COLLECTION}/objects/${id}/`)).objects).toMatchObject([{ id }])
      const { text } = await get(`${COLLECTION}/objects/${id}/versions/`)
      expect(JSON.parse(text)).toEqual({ more: false, versions: [modified] })
      const both = `match[id]=${id},${objects[0]!.id}&match[version]=${modified},all&match[spec_version]=2.1`
      const found = await envelope(`${COLLECTION}/objects/?${both}`)
      expect(new Set(found.objects?.map((each) => each.id))).toEqual(new Set([id, objects[0]!.id]))
      expect(found.more).toBe(false)
    }
    expect((await get(`${COLLECTION}/objects/indicator--x/`)).status).toBe(404)
    for (const filter of [
      'match[type]=malware',
      'match[spec_version]=2.0',
      'match[version]=2020-01-01T00:00:00Z',
    ])
      expect(await envelope(`${COLLECTION}/objects/?${filter}`)).toEqual({})
  })

  it.each(['added_after=yesterday', 'limit=0', 'added_after=2026-13-01T00:00:00Z'])(
    'refuses ?%s',
    async (query) => {
      expect((await get(`${COLLECTION}/objects/?${query}`)).status).toBe(422)
    },
  )

  it('holds no protected address', async () => {
    await ban(['9.0.0.1', '10.0.0.1', '192.168.0.1'])
    await api.ask('POST', '/honeyjam/v1/allow', { body: { ranges: ['9.0.0.1'] } })
    expect(await namesAt()).toEqual([])
  })
})
