import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Range } from '../../src/ip/index.ts'
import { type ApiPlace, openApi } from '../support/api-place.ts'

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
