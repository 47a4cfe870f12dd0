import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Range } from '../../src/ip/index.ts'
import { type ApiPlace, openApi } from '../support/api-place.ts'
import { examplePath } from '../support/scope-matrix.ts'

let direct: ApiPlace
let proxied: ApiPlace

beforeAll(async () => {
  direct = await openApi()
  proxied = await openApi({ trustedProxies: ['127.0.0.0/8' as Range] })
})
afterAll(async () => {
  await direct.close()
  await proxied.close()
})

/** How a key that is bound to 192.0.2.0/24 fares. */
async function statusFor(api: ApiPlace, headers: Record<string, string>): Promise<number> {
  const options = {
    accountId: 1,
    name: 'bound',
    scopes: ['read'] as const,
    networks: ['192.0.2.0/24' as Range],
  }
  const { keyText: key } = await api.accounts.createKey({ ...options, nowMs: api.clock.nowMs() })
  return (await api.ask('GET', '/test', { key, headers })).status
}

it('takes the word of a trusted proxy for where a key is used from', async () => {
  expect(await statusFor(proxied, { 'x-forwarded-for': '192.0.2.7' })).toBe(200)
  expect(await statusFor(proxied, { 'x-forwarded-for': '192.0.2.7, 198.51.100.1' })).toBe(403)
  expect(await statusFor(proxied, { 'x-forwarded-for': '192.0.2.7, unknown' })).toBe(403)
  expect(await statusFor(proxied, {})).toBe(403)
})

it('reads one header only, since the proxy hands on what the client writes into the other', async () => {
  expect(await statusFor(proxied, { forwarded: 'for=192.0.2.7' })).toBe(403)
})

it('takes nobody else at his word', async () => {
  for (const headers of [{ 'x-forwarded-for': '192.0.2.7' }, { forwarded: 'for=192.0.2.7' }]) {
    expect(await statusFor(direct, headers)).toBe(403)
  }
})

it('needs no word for its own address: no answer names it, so that all paths are right behind any proxy', async () => {
  const body = {
    addresses: ['8.8.8.8'],
    ranges: ['8.8.4.0/24'],
    name: 'n',
    description: 'd',
    resource_type: 'CIDR',
    tags: [],
  }
  const headers = {
    host: 'list.example.org',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'list.example.net',
    forwarded: 'proto=https;host=list.example.net',
  }
  const statuses = new Set<number>()
  for (const route of proxied.routes) {
    const [method = '', pattern = ''] = route.split(' ')
    if (pattern.endsWith('/stream')) continue
    const ask = { headers, ...(method === 'GET' || method === 'HEAD' ? {} : { body }) }
    const answer = await proxied.ask(method, examplePath(pattern), ask)
    statuses.add(answer.status)
    const heard = JSON.stringify(answer.headers) + answer.text
    expect({ route, names: heard.match(/list\.example|https?:\/\/(?:127|localhost|\[)/g) }).toEqual({
      route,
      names: null,
    })
  }
  // created, taken, and found with a Location
  expect([...statuses]).toEqual(expect.arrayContaining([200, 202, 404]))
  const { json } = await proxied.ask('GET', '/openapi.json', { headers })
  // the default is where the document comes from: https://spec.openapis.org/oas/v3.1.0#fixed-fields
  expect(json).not.toHaveProperty('servers')
})
