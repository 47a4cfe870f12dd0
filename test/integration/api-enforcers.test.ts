import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  EnforcerList,
  type EnforcerReport,
  ErrorBody,
  ValidationErrorBody,
} from '../../src/contract/index.ts'
import { type ApiPlace, openApi } from '../support/api-place.ts'
import { enforcerReportOf } from '../support/enforcers.ts'

const ROOT = '/honeyjam/v1'
const ENFORCERS = `${ROOT}/enforcers`

let api: ApiPlace

beforeEach(async () => {
  api = await openApi()
})
afterEach(() => api.close())

const list = async (key = api.adminKey) => EnforcerList.parse((await api.ask('GET', ENFORCERS, { key })).json)

const stateOf = async (id: string) =>
  (await list()).enforcers.find(({ enforcer_id: each }) => each === id)?.state

const send = async (id: string, rest: Partial<EnforcerReport>) => {
  const answer = await api.ask('POST', ENFORCERS, { body: enforcerReportOf(id, rest) })
  expect(answer.status).toBe(204)
}

const ban = async (...addresses: string[]) => {
  expect((await api.ask('POST', `${ROOT}/ban`, { body: { addresses } })).status).toBe(200)
}

/** What an enforcer reports that holds everything there is now. */
async function holdingAll(): Promise<Partial<EnforcerReport>> {
  const lines = (await api.ask('GET', `${ROOT}/decisions`)).text.trimEnd().split('\n')
  const end = JSON.parse(lines.at(-1) ?? '') as Record<'revision' | 'checksum', string> &
    Record<'at' | 'count', number>
  return {
    revision: end.revision,
    proved_revision: end.revision,
    proved_at: end.at,
    checksum: end.checksum,
    decisions: end.count,
    audited_at: end.at,
    intended: end.count,
    held: end.count,
    differing: 0,
  }
}

describe('POST /honeyjam/v1/enforcers', () => {
  it('is answered 204, and the enforcer is listed with what it said', async () => {
    const key = await api.makeKey('enforce')
    const body = enforcerReportOf('edge', {
      last_error: '\u001b[2J',
      spared: 2,
      spared_networks: ['9.0.0.1'],
    })
    expect(await api.ask('POST', ENFORCERS, { key, body })).toMatchObject({ status: 204, text: '' })
    api.clock.set(api.clock.nowMs() + 5_000)
    const at = { last_seen_at: api.clock.nowMs() - 5_000, age_seconds: 5 }
    const from = { key_id: expect.any(Number) as number, key_name: 'key 1' }
    expect(await list()).toEqual({ enforcers: [{ ...body, ...at, ...from, state: 'behind' }], displaced: 0 })
  })

  it('takes 300 a minute of a key', async () => {
    const key = await api.makeKey('enforce')
    const report = () => api.ask('POST', ENFORCERS, { key, body: enforcerReportOf('a') })
    for (let index = 0; index < 300; index++) expect((await report()).status).toBe(204)
    const refused = await report()
    expect(refused.headers['retry-after']).toBe('60')
    expect(ErrorBody.parse(refused.json).type).toBe('/docs/errors/too-many-requests')
  })

  it.each<[string, unknown]>([
    ['no JSON', '{'],
    ['an unknown field', { ...enforcerReportOf('a'), colour: 'red' }],
    ['a missing field', { ...enforcerReportOf('a'), held: undefined }],
    ['an id of other characters', enforcerReportOf('../a')],
    ['a name that moves the cursor', enforcerReportOf('a', { name: '\u001b[2J' })],
    ['a revision that is none', enforcerReportOf('a', { revision: 'x y' })],
    ['a checksum that is none', enforcerReportOf('a', { checksum: 'abc' })],
    ['fewer than no packets', enforcerReportOf('a', { dropped_packets: -1 })],
    ['a network that is none', enforcerReportOf('a', { spared_networks: ['everything'] })],
    ['too many networks', enforcerReportOf('a', { spared_networks: Array(65).fill('9.0.0.1') as string[] })],
  ])('refuses %s', async (_, body) => {
    const answer = await api.ask('POST', ENFORCERS, { body })
    expect(answer.status).toBe(422)
    ValidationErrorBody.parse(answer.json)
    expect((await list()).enforcers).toEqual([])
  })
})

describe('GET /honeyjam/v1/enforcers', () => {
  it('shows no account the enforcers of another, not even under the same id', async () => {
    await send('same', { name: 'mine' })
    expect(await list(api.otherKey)).toEqual({ enforcers: [], displaced: 0 })
    const body = enforcerReportOf('same', { name: 'theirs' })
    await api.ask('POST', ENFORCERS, { key: api.otherKey, body })
    expect((await list()).enforcers.map(({ name }) => name)).toEqual(['mine'])
    expect((await list(api.otherKey)).enforcers.map(({ name }) => name)).toEqual(['theirs'])
  })

  it('tells who is current, behind, drifted and silent', async () => {
    await ban('9.0.0.1')
    const all = await holdingAll()
    await send('current', all)
    await send('new', {})
    await send('refused', { ...all, behind_since: 1 })
    await send('flushed', { ...all, held: 0, differing: 1 })
    await send('wrong', { ...all, checksum: '0'.repeat(32) })
    await send('miscounted', { ...all, decisions: 2 })
    const states = async () =>
      Object.fromEntries((await list()).enforcers.map(({ enforcer_id: id, state }) => [id, state]))
    expect(await states()).toEqual({
      current: 'current',
      new: 'behind',
      refused: 'behind',
      flushed: 'drifted',
      wrong: 'drifted',
      miscounted: 'drifted',
    })
    api.clock.set(api.clock.nowMs() + 90_000)
    expect(await stateOf('current')).toBe('current')
    api.clock.set(api.clock.nowMs() + 1)
    expect(new Set(Object.values(await states()))).toEqual(new Set(['silent']))
  })

  it('takes nobody for drifted by a proof that it knows nothing of', async () => {
    await ban('9.0.0.1')
    await send('elsewhere', { ...(await holdingAll()), proved_at: 1, checksum: '0'.repeat(32) })
    expect(await stateOf('elsewhere')).toBe('current')
  })

  it('takes an enforcer for behind that misses for 20 s what was decided, and not one that just cannot have it yet', async () => {
    await ban('9.0.0.1')
    const all = await holdingAll()
    await send('edge', all)
    api.clock.set(api.clock.nowMs() + 30_000)
    await ban('9.0.0.2')
    expect(await stateOf('edge')).toBe('current')
    await send('edge', all)
    api.clock.set(api.clock.nowMs() + 19_999)
    expect(await stateOf('edge')).toBe('current')
    api.clock.set(api.clock.nowMs() + 1)
    expect(await stateOf('edge')).toBe('behind')
    await send('edge', await holdingAll())
    expect(await stateOf('edge')).toBe('current')
  })

  it('lets receipts and addresses name the firewalls that are known to enforce them', async () => {
    const enforcedBy = async (path: string) =>
      ((await api.ask('GET', `${ROOT}/${path}`)).json as { enforced_by: { enforcer_id: string }[] })
        .enforced_by
    const body = { addresses: ['9.0.0.1', '2a00:1:2:3::4'] }
    const first = (await api.ask('POST', `${ROOT}/ban`, { body })).json as { receipt_id: string }
    await send('early', await holdingAll())
    const early = { enforcer_id: 'early', name: 'edge-1', firewall: 'nftables', since: api.clock.nowMs() }
    expect(await enforcedBy(`receipts/${first.receipt_id}`)).toEqual([early])
    expect(await enforcedBy('check/9.0.0.1')).toEqual([early])
    expect(await enforcedBy('check/2a00:1:2:3::9')).toEqual([early])
    expect(await enforcedBy('check/9.0.0.2')).toEqual([])

    api.clock.set(api.clock.nowMs() + 1_000)
    const next = { addresses: ['9.0.0.2'] }
    const second = (await api.ask('POST', `${ROOT}/ban`, { body: next })).json as { receipt_id: string }
    expect(await enforcedBy(`receipts/${second.receipt_id}`)).toEqual([])
    expect(await enforcedBy('check/9.0.0.2')).toEqual([])
    expect(await enforcedBy('check/9.0.0.1')).toEqual([early])

    const all = await holdingAll()
    await send('dry', { ...all, firewall: 'dry-run' })
    await send('flushed', { ...all, differing: 1 })
    await send('refused', { ...all, behind_since: 1 })
    await send('sparing', { ...all, spared: 1, spared_networks: ['9.0.0.0/24'] })
    await send('secret', { ...all, spared: 1 })
    await send('late', all)
    const ids = async (path: string) => (await enforcedBy(path)).map(({ enforcer_id: id }) => id)
    expect(await ids(`receipts/${second.receipt_id}`)).toEqual(['late', 'secret', 'sparing'])
    expect(await ids('check/9.0.0.2')).toEqual(['late'])
    expect(await ids('check/2a00:1:2:3::9')).toEqual(['late', 'sparing', 'early'])
    await api.ask('POST', `${ROOT}/unban`, { body: next })
    expect(await ids('check/9.0.0.2')).toEqual([])
    api.clock.set(api.clock.nowMs() + 90_001)
    expect(await ids('check/9.0.0.1')).toEqual([])
  })

  it('knows of what another account did that it concerns nobody here', async () => {
    await ban('9.0.0.1')
    await send('edge', await holdingAll())
    const body = { addresses: ['9.0.0.2'] }
    expect((await api.ask('POST', `${ROOT}/ban`, { key: api.otherKey, body })).status).toBe(200)
    await send('edge', (await list()).enforcers[0]?.revision === null ? {} : await holdingAll())
    api.clock.set(api.clock.nowMs() + 60_000)
    expect(await stateOf('edge')).toBe('current')
  })
})
