import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ErrorBody, Heartbeat, SensorList, ValidationErrorBody } from '../../src/contract/index.ts'
import { openSensors } from '../../src/roster/index.ts'
import { silentLogger } from '../../src/runtime/index.ts'
import { type ApiPlace, openApi } from '../support/api-place.ts'
import { heartbeatOf, sensorOf } from '../support/sensors.ts'
import { sqlitePlace } from '../support/sqlite-place.ts'

const HEARTBEAT = '/honeyjam/v1/heartbeat'
const SENSORS = '/honeyjam/v1/sensors'
const SEED = 20_261_124

let api: ApiPlace

beforeEach(async () => {
  api = await openApi({ reportsPerMinute: 1 })
})
afterEach(() => api.close())

const list = async (key = api.adminKey) => SensorList.parse((await api.ask('GET', SENSORS, { key })).json)

describe('GET /honeyjam/v1/heartbeat', () => {
  it('says who would hear a heartbeat, to keys that may send one', async () => {
    const key = await api.makeKey('report')
    const answer = await api.ask('GET', HEARTBEAT, { key })
    expect(answer).toMatchObject({ status: 200, json: { service: 'honeyjam' } })
    expect((await api.ask('GET', HEARTBEAT, { key: await api.makeKey('read') })).status).toBe(403)
    expect((await api.ask('GET', HEARTBEAT, { key: undefined })).status).toBe(401)
  })
})

describe('POST /honeyjam/v1/heartbeat', () => {
  it('is answered 204, and the agent is listed with what it said', async () => {
    const key = await api.makeKey('report')
    const body = heartbeatOf('agent-1', {
      last_line_read_at: 1_795_521_590_000,
      last_event_at: 1_795_521_580_000,
      lag_bytes: 12,
      waiting_addresses: 3,
      last_acknowledged_at: 1_795_521_570_000,
      last_error: '503: \u001b[2J',
    })
    const answer = await api.ask('POST', HEARTBEAT, { key, body })
    expect(answer).toMatchObject({ status: 204, text: '' })
    const atMs = api.clock.nowMs()
    const { sensors, displaced } = await list()
    expect(displaced).toBe(0)
    expect(sensors).toEqual([
      { ...body, last_seen_at: atMs, key_id: expect.any(Number) as number, key_name: 'key 1' },
    ])
    api.clock.set(atMs + 60_000)
    await api.ask('POST', HEARTBEAT, { body: heartbeatOf('agent-1', { name: 'renamed' }) })
    expect((await list()).sensors).toMatchObject([
      { name: 'renamed', last_seen_at: atMs + 60_000, key_name: 'administrator', lag_bytes: 0 },
    ])
  })

  it.each([['read'], ['manage'], ['enforce']] as const)('is refused with the scope %s', async (scope) => {
    const key = await api.makeKey(scope)
    expect((await api.ask('POST', HEARTBEAT, { key, body: heartbeatOf('a') })).status).toBe(403)
    expect((await api.ask('POST', HEARTBEAT, { key: undefined, body: heartbeatOf('a') })).status).toBe(401)
    expect((await list()).sensors).toEqual([])
  })

  it('takes 30 a minute of a key, apart from its reports', async () => {
    const key = await api.makeKey('report')
    const beat = () => api.ask('POST', HEARTBEAT, { key, body: heartbeatOf('a') })
    for (let index = 0; index < 30; index++) expect((await beat()).status).toBe(204)
    const refused = await beat()
    expect(refused.status).toBe(429)
    expect(refused.headers['retry-after']).toBe('60')
    expect(ErrorBody.parse(refused.json).type).toBe('/docs/errors/too-many-requests')
    expect((await api.ask('POST', '/v1/ip', { key, body: { addresses: ['9.0.0.1'] } })).status).toBe(202)
    const other = await api.makeKey('report')
    expect((await api.ask('POST', HEARTBEAT, { key: other, body: heartbeatOf('b') })).status).toBe(204)
    api.clock.set(api.clock.nowMs() + 60_000)
    expect((await beat()).status).toBe(204)
  })

  it.each<[string, unknown]>([
    ['no body', ''],
    ['no JSON', '{'],
    ['a list', [heartbeatOf('a')]],
    ['an unknown field', { ...heartbeatOf('a'), colour: 'red' }],
    ['a missing field', { ...heartbeatOf('a'), last_error: undefined }],
    ['an empty id', heartbeatOf('')],
    ['a long id', heartbeatOf('a'.repeat(65))],
    ['an id of other characters', heartbeatOf('../a')],
    ['an id with a line end', heartbeatOf('a\n')],
    ['no name', heartbeatOf('a', { name: '' })],
    ['a long name', heartbeatOf('a', { name: 'x'.repeat(256) })],
    ['a name that moves the cursor', heartbeatOf('a', { name: '\u001b[2J' })],
    ['a name that turns the text round', heartbeatOf('a', { name: 'a\u202eb' })],
    ['a name with half a character', heartbeatOf('a', { name: 'a\ud800' })],
    ['a long version', heartbeatOf('a', { version: '1'.repeat(65) })],
    ['a long error', heartbeatOf('a', { last_error: 'x'.repeat(501) })],
    ['a time before 1970', heartbeatOf('a', { started_at: -1 })],
    ['a time no calendar holds', heartbeatOf('a', { last_event_at: 8_640_000_000_000_001 })],
    ['a time as text', { ...heartbeatOf('a'), started_at: '2026-11-24' }],
    ['half a byte', heartbeatOf('a', { lag_bytes: 0.5 })],
    ['fewer than no addresses', heartbeatOf('a', { waiting_addresses: -1 })],
    ['more than can be counted', { ...heartbeatOf('a'), lag_bytes: 2 ** 53 }],
  ])('refuses %s', async (_, body) => {
    const answer = await api.ask('POST', HEARTBEAT, { body })
    expect(answer.status).toBe(422)
    ValidationErrorBody.parse(answer.json)
    expect((await list()).sensors).toEqual([])
  })

  it('answers any JSON with 204 or 422, and 204 only to what the contract allows', async () => {
    const parts = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(...Object.values(heartbeatOf('a'))))
    const fields = Object.keys(heartbeatOf('a'))
    const bodies = fc.oneof(
      fc.jsonValue(),
      fc
        .tuple(fc.constantFrom(...fields, 'other', '__proto__'), parts)
        .map(([field, value]) => ({ ...heartbeatOf('a'), [field]: value })),
    )
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        api.clock.set(api.clock.nowMs() + 60_000)
        const { status } = await api.ask('POST', HEARTBEAT, {
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        })
        expect(status).toBe(Heartbeat.safeParse(body).success ? 204 : 422)
      }),
      { seed: SEED, numRuns: 300 },
    )
    expect((await api.ask('GET', SENSORS)).status).toBe(200)
  })
})

describe('GET /honeyjam/v1/sensors', () => {
  it('needs the scope read', async () => {
    for (const scope of ['report', 'manage', 'enforce'] as const) {
      expect((await api.ask('GET', SENSORS, { key: await api.makeKey(scope) })).status).toBe(403)
    }
    expect((await api.ask('GET', SENSORS, { key: undefined })).status).toBe(401)
    expect((await api.ask('GET', SENSORS, { key: await api.makeKey('read') })).status).toBe(200)
  })

  it('shows no account the agents of another, not even under the same id', async () => {
    await api.ask('POST', HEARTBEAT, { body: heartbeatOf('same', { name: 'mine' }) })
    expect(await list(api.otherKey)).toEqual({ sensors: [], displaced: 0 })
    const body = heartbeatOf('same', { name: 'theirs' })
    await api.ask('POST', HEARTBEAT, { key: api.otherKey, body })
    expect((await list()).sensors.map(({ name }) => name)).toEqual(['mine'])
    expect((await list(api.otherKey)).sensors).toMatchObject([{ name: 'theirs', key_name: 'other' }])
  })

  it('counts the agents that had to make room for others', async () => {
    const { accountId } = api.accounts.authenticate(api.adminKey, api.clock.nowMs())!
    for (let index = 0; index < 1001; index++) {
      const from = { accountId, keyId: 1, nowMs: api.clock.nowMs() }
      api.sensors.note(sensorOf(accountId, `agent-${index}`), from)
    }
    const { sensors, displaced } = await list()
    expect([sensors.length, displaced]).toEqual([1000, 1])
    expect((await list(api.otherKey)).displaced).toBe(0)
  })
})

describe('agents on disk', () => {
  it('outlive a kill but for what came in the last half minute', async () => {
    const place = await sqlitePlace((store) => store.sensors)
    const { clock } = api
    const from = () => ({ accountId: 1, keyId: 1, nowMs: clock.nowMs() })
    try {
      const store = await place.open()
      let writes = 0
      let written = Promise.resolve()
      const killed = await openSensors({
        clock,
        logger: silentLogger,
        store: {
          isShared: store.isShared,
          load: () => store.load(),
          write: (changes) => {
            writes += 1
            written = store.write(changes)
            return written
          },
        },
      })
      const firstMs = clock.nowMs()
      killed.note(sensorOf(1, 'a'), from())
      await clock.advance(30_000)
      await written
      expect(writes).toBe(1)
      killed.note(sensorOf(1, 'a'), from())
      killed.note(sensorOf(1, 'b'), from())
      // nobody closes it
      const next = await openSensors({ clock, logger: silentLogger, store: await place.open() })
      expect(next.list(1, clock.nowMs())).toEqual([sensorOf(1, 'a', { lastSeenAtMs: firstMs })])
      await next.close()
    } finally {
      await place.remove()
    }
  })
})
