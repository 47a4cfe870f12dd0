import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type ApiPlace, openApi } from '../support/api-place.ts'

const PAGE = new URL('../../docs/reference/metrics.md', import.meta.url)

let api: ApiPlace

beforeEach(async () => {
  api = await openApi({ reportsPerMinute: 2 })
})
afterEach(() => api.close())

/** Values by name and labels, as they stand in the text. */
async function scrape(): Promise<Map<string, number>> {
  const { status, headers, text } = await api.ask('GET', '/metrics')
  expect([status, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const [, sample = '', value = ''] = /^(\w+(?:\{.*\})?) (\S+)$/.exec(line) ?? []
      expect([line, sample]).not.toEqual([line, ''])
      return [sample, Number(value)]
    }),
  )
}

async function report(...addresses: string[]): Promise<number> {
  return (await api.ask('POST', '/v1/ip', { body: { addresses } })).status
}

it('counts requests by route, what reports held, and refusals', async () => {
  expect(await report('8.8.4.4', '8.8.4.5', '10.0.0.1')).toBe(202)
  expect(await report('8.8.4.6')).toBe(202)
  expect(await report('8.8.4.7')).toBe(429)
  expect((await api.ask('GET', '/test', { key: undefined })).status).toBe(401)
  await api.ask('GET', '/v1/denylist/reported/ip/8.8.4.4')
  const values = await scrape()
  expect(Object.fromEntries(values)).toMatchObject({
    'honeyjam_service_requests_total{method="POST",route="/v1/ip",status="2xx"}': 2,
    'honeyjam_service_requests_total{method="POST",route="/v1/ip",status="4xx"}': 1,
    'honeyjam_service_request_duration_seconds_count{method="POST",route="/v1/ip"}': 3,
    'honeyjam_service_refused_total{status="401"}': 1,
    'honeyjam_service_refused_total{status="429"}': 1,
    'honeyjam_service_operations_total{kind="report"}': 2,
    'honeyjam_service_addresses_total{kind="report",outcome="taken"}': 3,
    'honeyjam_service_addresses_total{kind="report",outcome="skipped"}': 1,
    honeyjam_service_entries: 3,
    honeyjam_service_journal_failing: 0,
    honeyjam_service_tables_failing: 0,
    honeyjam_service_behind_seconds: 0,
  })
})

it('tells how many connections and streams are open', async () => {
  const opened = async () => {
    const values = await scrape()
    return ['connections', 'streams'].map((name) => values.get(`honeyjam_service_${name}`))
  }
  // the connection of the scrape itself
  expect(await opened()).toEqual([1, 0])
  const idle = connect(api.port, '127.0.0.1')
  await once(idle, 'connect')
  const leaving = new AbortController()
  const { headers } = await api.ask('GET', '/honeyjam/v1/decisions')
  const since = /"([^"]*)"/.exec(String(headers['etag']))?.[1] ?? ''
  const stream = await fetch(`${api.url}/honeyjam/v1/decisions/stream?since=${since}`, {
    headers: { authorization: `Bearer ${api.adminKey}` },
    signal: leaving.signal,
  })
  expect(stream.status).toBe(200)
  await vi.waitFor(async () => expect(await opened()).toEqual([3, 1]))
  // read by nobody, and held until here
  expect(stream.bodyUsed).toBe(false)
  leaving.abort()
  idle.destroy()
  await vi.waitFor(async () => expect(await opened()).toEqual([1, 0]))
})

it('counts a repeated report once', async () => {
  const headers = { 'idempotency-key': 'once' }
  for (let time = 0; time < 2; time++)
    await api.ask('POST', '/v1/ip', { headers, body: { addresses: ['8.8.4.4'] } })
  expect((await scrape()).get('honeyjam_service_operations_total{kind="report"}')).toBe(1)
})

it('says that the journal takes nothing', async () => {
  api.breakJournal(true)
  expect(await report('8.8.4.4')).toBe(503)
  const values = await scrape()
  expect(values.get('honeyjam_service_journal_failing')).toBe(1)
  expect(values.get('honeyjam_service_operations_total{kind="report"}')).toBeUndefined()
})

it('takes nothing that strangers send into labels', async () => {
  const paths = ['/evil', '/evil%22%7D%201', '/evil/../x', '/v1/evil/%zz', '//evil', '/metrics/evil?evil=1']
  for (const path of paths) await api.ask('GET', path, { key: undefined })
  await api.ask('DELETE', '/evil', { key: undefined })
  await api.ask('GET', '/v1/denylist/reported/ip/evil')
  await api.ask('GET', '/test?evil', { key: 'evil', headers: { 'user-agent': 'evil' } })
  const values = await scrape()
  expect([...values.keys()].filter((sample) => /evil|%/.test(sample))).toEqual([])
  const patterns = new Set(api.routes.map((route) => route.split(' ')[1]))
  const labels = [...values.keys()].flatMap((sample) => /route="([^"]*)"/.exec(sample)?.[1] ?? [])
  const others = labels.filter((label) => !patterns.has(label))
  expect(new Set(others)).toEqual(new Set(['unknown']))
})

it('is for keys with the scope admin', async () => {
  expect((await api.ask('GET', '/metrics', { key: undefined })).status).toBe(401)
  const key = await api.makeKey('read', 'manage', 'enforce', 'report')
  expect((await api.ask('GET', '/metrics', { key })).status).toBe(403)
})

it('serves what docs/reference/metrics.md lists, with type', async () => {
  const { text } = await api.ask('GET', '/metrics')
  const served = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type])
  const rows = [...readFileSync(PAGE, 'utf8').matchAll(/^\| `(honeyjam_service_\w+)` \| (\w+) \|/gm)]
  expect(rows.map(([, name, type]) => [name, type])).toEqual(served)
})
