import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiPlace, openApi } from '../support/api-place.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

interface Event {
  readonly uuid: string
  readonly timestamp: string
  readonly published: boolean
  readonly Orgc: { readonly name: string; readonly uuid: string }
  readonly Attribute: readonly {
    readonly uuid: string
    readonly type: string
    readonly category: string
    readonly value: string
    readonly to_ids: boolean
    readonly comment: string
  }[]
}

let api: ApiPlace

beforeAll(async () => {
  api = await openApi()
  await api.ask('POST', '/honeyjam/v1/ban', {
    body: { addresses: ['9.0.0.1', '2a00:1:2:3::1'], ttl: 3600, type: 'TOR' },
  })
})
afterAll(() => api.close())

async function readManifest(key = api.adminKey): Promise<[uuid: string, head: Record<string, unknown>]> {
  const { status, json } = await api.ask('GET', `/feeds/${key}/misp/manifest.json`)
  expect(status).toBe(200)
  const events = Object.entries(json as Record<string, Record<string, unknown>>)
  expect(events).toHaveLength(1)
  return events[0]!
}

async function readEvent(uuid: string): Promise<Event> {
  const { json } = await api.ask('GET', `/feeds/${api.adminKey}/misp/${uuid}.json`)
  return (json as { Event: Event }).Event
}

describe('the feed for MISP', () => {
  it('has a manifest that names one event, which says the same of itself', async () => {
    const [uuid, head] = await readManifest()
    expect(uuid).toMatch(UUID)
    expect(head).toMatchObject({
      date: '2026-11-24',
      analysis: '2',
      threat_level_id: '2',
      timestamp: String(Math.floor(api.clock.nowMs() / 1000)),
      Orgc: { name: 'honeyjam', uuid: expect.stringMatching(UUID) as string },
    })
    const {
      Attribute: _,
      published,
      publish_timestamp: __,
      ...event
    } = (await readEvent(uuid)) as Event & {
      publish_timestamp: string
    }
    expect(published).toBe(true)
    expect(event).toEqual({ uuid, ...head })
  })

  it('holds an attribute for each decision, with an id of its own that stays', async () => {
    const [uuid] = await readManifest()
    const { Attribute: before } = await readEvent(uuid)
    expect(before).toMatchObject([
      { type: 'ip-src', category: 'Network activity', value: '9.0.0.1', to_ids: true, comment: 'TOR' },
      { type: 'ip-src', value: '2a00:1:2:3::/64' },
    ])
    expect(new Set(before.map((each) => each.uuid)).size).toBe(2)
    await api.clock.advance(60_000)
    await api.ask('POST', '/honeyjam/v1/ban', { body: { addresses: ['9.0.0.2'], ttl: 3600 } })
    const [same, head] = await readManifest()
    const after = await readEvent(uuid)
    expect(same).toBe(uuid)
    expect(after.timestamp).toBe(head['timestamp'])
    expect(after.Attribute.map((each) => each.value)).toContain('9.0.0.2')
    const idOf = (attributes: Event['Attribute']) => attributes.find(({ value }) => value === '9.0.0.1')?.uuid
    expect(idOf(after.Attribute)).toBe(idOf(before))
  })

  it('has the hash of each value', async () => {
    const [uuid] = await readManifest()
    const { text } = await api.ask('GET', '/feeds/misp/hashes.csv')
    const { Attribute: attributes } = await readEvent(uuid)
    const lines = attributes.map(({ value }) => `${createHash('md5').update(value).digest('hex')},${uuid}`)
    expect(text.trimEnd().split('\n')).toEqual(lines)
  })

  it('is of one account alone', async () => {
    const [uuid] = await readManifest()
    const [other] = await readManifest(api.otherKey)
    expect(other).not.toBe(uuid)
    const answer = await api.ask('GET', `/feeds/${api.otherKey}/misp/${uuid}.json`)
    expect(answer).toMatchObject({ status: 404, json: { type: '/docs/errors/feed-not-found' } })
    expect(answer.text).not.toContain(api.otherKey)
  })

  it('is not sent again while it says the same', async () => {
    const first = await api.ask('GET', '/feeds/misp/manifest.json')
    const headers = { 'if-none-match': String(first.headers['etag']) }
    await api.clock.advance(60_000)
    expect(await api.ask('GET', '/feeds/misp/manifest.json', { headers })).toMatchObject({ status: 304 })
    await api.ask('POST', '/honeyjam/v1/unban', { body: { addresses: ['9.0.0.2'] } })
    expect(await api.ask('GET', '/feeds/misp/manifest.json', { headers })).toMatchObject({ status: 200 })
  })
})
