import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { HistoryEventInfo, LogChange } from '../../src/contract/index.ts'
import { type ApiPlace, openApi } from '../support/api-place.ts'
import { heldToContract } from '../support/held-answers.ts'

let api: ApiPlace
const ask = heldToContract(() => api)

beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

interface History {
  readonly total: number
  readonly events: readonly HistoryEventInfo[]
}

async function historyOf(address: string, query = '', key = api.adminKey): Promise<History> {
  const { json } = await api.ask('GET', `/honeyjam/v1/history/${address}${query}`, { key })
  return json as History
}

/** What was done shows once it is merged: the clock is moved until as many events are there. */
async function untilShown(address: string, total: number): Promise<readonly HistoryEventInfo[]> {
  return await vi.waitFor(
    async () => {
      await api.clock.advance(200)
      const history = await historyOf(address)
      expect(history.total).toBe(total)
      return history.events
    },
    { timeout: 20_000 },
  )
}

const words = (events: readonly HistoryEventInfo[]) => events.map(({ event, effect }) => `${event} ${effect}`)

describe('GET /honeyjam/v1/history/ADDRESS', () => {
  it('tells who reported an address with which key, dataset and tags, and what became of it', async () => {
    const key = await api.makeKey('report')
    const receipts: string[] = []
    const reportedAtMs = api.clock.nowMs()
    for (const body of [
      { addresses: ['8.1.0.1', '8.1.0.2'], type: 'TOR', ttl: 600, tags: ['A', 'B'] },
      { addresses: ['8.1.0.2'], observed_at: reportedAtMs - 1000 },
    ]) {
      const { headers } = await api.ask('POST', '/v1/ip', { key, body })
      receipts.push(String(headers['location']).split('/').at(-1) ?? '')
    }
    await api.ask('POST', '/honeyjam/v1/unban', { body: { addresses: ['8.1.0.2'] } })
    const events = await untilShown('8.1.0.2', 3)
    expect(events).toMatchObject([
      { event: 'unbanned', effect: 'left', key_name: 'administrator' },
      { event: 'reported', effect: 'stayed', dataset: 'ABUSE', observed_at: reportedAtMs - 1000, tags: [] },
      {
        event: 'reported',
        effect: 'entered',
        at: reportedAtMs,
        expiry: reportedAtMs + 600_000,
        dataset: 'TOR',
        tags: ['A', 'B'],
        ttl: 600,
        key_name: expect.stringMatching(/^key \d+$/) as string,
        receipt_id: receipts[0],
      },
    ])
    expect(words(await untilShown('8.1.0.1', 1))).toEqual(['reported entered'])
    await api.clock.advance(600_000)
    expect(words(await untilShown('8.1.0.1', 2))).toEqual(['expired left', 'reported entered'])
  })

  it('tells when an allowlist protected an address, and when it was on a private list', async () => {
    await api.ask('POST', '/v1/ip', { body: { addresses: ['8.2.0.1'] } })
    await api.ask('POST', '/honeyjam/v1/allow', { body: { ranges: ['8.2.0.0/24'] } })
    await api.ask('POST', '/v1/ip', { body: { addresses: ['8.2.0.2', '8.2.0.1'] } })
    await api.ask('POST', '/honeyjam/v1/disallow', { body: { ranges: ['8.2.0.0/24'] } })
    const list = (await api.ask('POST', '/v1/denylist/private', {
      body: { name: 'Scanners', description: '', resource_type: 'CIDR', tags: [] },
    })) as { json: string }
    await api.ask('PUT', `/v1/denylist/private/${list.json}/content`, { body: { append: ['8.2.0.0/23'] } })
    const events = await untilShown('8.2.0.1', 5)
    expect(words(events)).toEqual([
      'listed entered',
      'disallowed none',
      'reported none',
      'allowed left',
      'reported entered',
    ])
    expect(events[0]).toMatchObject({ list: { id: list.json, name: 'Scanners' }, ranges: ['8.2.0.0/23'] })
    expect(words(await untilShown('8.2.0.2', 4))).toEqual([
      'listed entered',
      'disallowed none',
      'reported none',
      'allowed none',
    ])
  })

  it('outlives the removal of the address, and of all', async () => {
    await api.ask('POST', '/v1/ip', { body: { addresses: ['8.3.0.1', '8.3.0.2'] } })
    await api.ask('DELETE', '/v1/denylist/reported/ip/8.3.0.1')
    await api.ask('DELETE', '/v1/denylist/reported/ip/all')
    expect(words(await untilShown('8.3.0.1', 2))).toEqual(['removed left', 'reported entered'])
    expect(words(await untilShown('8.3.0.2', 2))).toEqual(['removed left', 'reported entered'])
  })

  it('comes in pages, needs the scope read, and takes addresses alone', async () => {
    for (let count = 0; count < 7; count++)
      await api.ask('POST', '/v1/ip', { body: { addresses: ['8.4.0.1'], ttl: 1000 + count } })
    await untilShown('8.4.0.1', 7)
    const page = await historyOf('8.4.0.1', '?page=2&page_size=5')
    expect(page).toMatchObject({ address: '8.4.0.1', page: 2, page_size: 5, total: 7, is_cut: false })
    expect(page.events.map(({ ttl }) => ttl)).toEqual([1001, 1000])
    const path = '/honeyjam/v1/history/8.4.0.1'
    expect((await api.ask('GET', path, { key: await api.makeKey('report') })).status).toBe(403)
    expect((await api.ask('GET', '/honeyjam/v1/history/8.4.0')).status).toBe(422)
    expect((await api.ask('GET', `${path}?page=0`)).status).toBe(422)
  })

  it('shows nothing of another account', async () => {
    expect(await historyOf('8.4.0.1', '', api.otherKey)).toMatchObject({ total: 0, events: [] })
    await api.ask('POST', '/honeyjam/v1/allow', { key: api.otherKey, body: { ranges: ['8.4.0.0/16'] } })
    await api.ask('POST', '/v1/ip', { key: api.otherKey, body: { addresses: ['8.5.0.1'] } })
    await api.ask('POST', '/v1/ip', { body: { addresses: ['8.5.0.2'] } })
    await untilShown('8.5.0.2', 1)
    expect((await historyOf('8.4.0.1')).total).toBe(7)
    expect((await historyOf('8.5.0.1')).total).toBe(0)
  })
})

describe('GET /v1/log/ip', () => {
  const logsOf = async (path: string, key = api.adminKey) =>
    ((await ask('GET', path, { key })).json as { logs: LogChange[] }).logs

  it('tells when an address came on the reported list and left it, each change under a number of its own', async () => {
    const startMs = api.clock.nowMs()
    const observed = startMs - 5 * 3_600_000
    await api.ask('POST', '/v1/ip', { body: { addresses: ['9.1.0.9', '9.1.0.1'], observed_at: observed } })
    await api.ask('POST', '/v1/unban/ip', { body: { addresses: ['9.1.0.1'] } })
    await api.clock.advance(60_000)
    await api.ask('POST', '/v1/ip', { body: { addresses: ['9.1.0.1'], type: 'TOR' } })
    await api.ask('POST', '/v1/false/add/ip', { body: { addresses: ['9.1.0.1'] } })
    await untilShown('9.1.0.1', 4)
    const logs = await logsOf('/v1/log/ip/9.1.0.1')
    expect(logs).toMatchObject([
      { action: 'DELETE', score: 0, risk: 'LOW', dataset: '/v1/dataset/ip/TOR' },
      { action: 'ADD', score: 99, risk: 'HIGH', dataset: '/v1/dataset/ip/TOR', lapse: '1H' },
      { action: 'DELETE', score: 1, risk: 'UNKNOWN', dataset: '/v1/dataset/ip/ABUSE' },
      {
        action: 'ADD',
        cidr: '9.1.0.1/32',
        score: 99,
        dataset: '/v1/dataset/ip/ABUSE',
        source: '',
        lapse: '6H',
        timestamp: startMs,
      },
    ])
    expect(new Set(logs.map(({ self }) => self)).size).toBe(4)
    for (const change of logs) expect((await ask('GET', change.self)).json).toEqual(change)
    for (const { self } of logs)
      expect((await api.ask('GET', self, { key: api.otherKey })).json).toMatchObject({
        type: '/docs/errors/logchange-id-not-found',
      })
    const since = logs[2]?.timestamp ?? 0
    expect(await logsOf(`/v1/log/ip/9.1.0.1?logged_after=${since}`)).toEqual(logs.slice(0, 2))
    expect(await logsOf('/v1/log/ip/9.1.0.1?dataset=ABUSE')).toEqual(logs.slice(2))
    expect(await logsOf('/v1/log/ip/9.1.0.1', api.otherKey)).toEqual([])
  })

  it.each(['0', '-5', '1', '62768', '999999999999999', '9999999999999999'])(
    'knows no change with the number %s',
    async (id) => {
      expect((await ask('GET', `/v1/log/ip/id/${id}`)).status).toBe(404)
    },
  )
})

describe('a receipt', () => {
  const listsOf = async (location: unknown) =>
    ((await api.ask('GET', String(location))).json as { lists: { name: string; self: string }[] }).lists

  it('says on which list a request took effect', async () => {
    const report = await api.ask('POST', '/v1/ip', { body: { addresses: ['9.2.0.1'] } })
    const none = await api.ask('POST', '/v1/unban/ip', { body: { addresses: ['9.2.0.2'] } })
    const allow = await api.ask('POST', '/v1/false/add/ip', { body: { addresses: ['9.2.0.3'] } })
    expect(await listsOf(report.headers['location'])).toEqual([
      {
        name: 'External sources reported CIDRs',
        self: expect.stringMatching(/^\/v1\/denylist\/private\/[0-9a-f-]{36}$/) as string,
      },
    ])
    expect(await listsOf(none.headers['location'])).toEqual([])
    expect(await listsOf(allow.headers['location'])).toMatchObject([{ name: 'Default allowlist' }])
    await untilShown('9.2.0.1', 1)
    expect(await listsOf(report.headers['location'])).toHaveLength(1)
  })
})
