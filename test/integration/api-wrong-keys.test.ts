import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Range } from '../../src/ip/index.ts'
import { type ApiPlace, openApi } from '../support/api-place.ts'

const WRONG = `tja_${'x'.repeat(36)}`
/** Wrong keys of an address that are answered 401 in ten minutes. */
const ALLOWED = 100
const GUESSER = '198.51.100.7'

let api: ApiPlace

beforeEach(async () => {
  api = await openApi({ trustedProxies: ['127.0.0.0/8' as Range] })
})
afterEach(async () => {
  await api.close()
})

async function askFrom(client: string, key: string | undefined) {
  return await api.ask('GET', '/test', { key, headers: { 'x-forwarded-for': client } })
}

/** As many wrong keys as are answered 401. */
async function guess(client: string): Promise<number[]> {
  const statuses: number[] = []
  for (let guesses = 0; guesses < ALLOWED; guesses++) {
    statuses.push((await askFrom(client, WRONG)).status)
  }
  return statuses
}

it('answers wrong keys from an address 401 at first and 429 then, for longer each time', async () => {
  expect(new Set(await guess(GUESSER))).toEqual(new Set([401]))
  const refused = await askFrom(GUESSER, 'mistyped')
  expect(refused).toMatchObject({
    status: 429,
    headers: { 'retry-after': '60' },
    json: {
      title: 'Too Many Wrong Keys',
      detail: expect.stringMatching(/^the key is not valid here: it is mistyped.*198\.51\.100\.7/) as string,
      type: '/docs/errors/too-many-wrong-keys',
    },
  })
  expect((await api.ask('GET', '/docs/errors/too-many-wrong-keys', { key: undefined })).status).toBe(200)
  await api.clock.advance(20_000)
  expect((await askFrom(GUESSER, WRONG)).headers['retry-after']).toBe('40')
  await api.clock.advance(40_000)
  expect((await askFrom(GUESSER, WRONG)).headers['retry-after']).toBe('120')
  await api.clock.advance(600_000)
  expect((await askFrom(GUESSER, WRONG)).status).toBe(401)
})

it('goes on serving valid keys from there, and tells who sends none as before', async () => {
  await guess(GUESSER)
  expect((await askFrom(GUESSER, WRONG)).status).toBe(429)
  expect((await askFrom(GUESSER, api.adminKey)).status).toBe(200)
  expect((await askFrom(GUESSER, undefined)).status).toBe(401)
  // a valid key does not make guessing begin anew
  expect((await askFrom(GUESSER, WRONG)).status).toBe(429)
})

it('closes nobody else: another address, another IPv6 /64', async () => {
  await guess(GUESSER)
  await guess('2001:db8:0:1::1')
  expect((await askFrom('198.51.100.8', WRONG)).status).toBe(401)
  expect((await askFrom('2001:db8:0:2::1', WRONG)).status).toBe(401)
  expect((await askFrom('2001:db8:0:1::2', WRONG)).status).toBe(429)
})

it('does not count valid keys that are used from a wrong network, nor requests without a key', async () => {
  const { keyText } = await api.accounts.createKey({
    accountId: 1,
    name: 'bound',
    scopes: ['read'],
    networks: ['192.0.2.0/24' as Range],
    nowMs: api.clock.nowMs(),
  })
  for (let asked = 0; asked <= ALLOWED; asked++) {
    expect((await askFrom(GUESSER, keyText)).status).toBe(403)
    expect((await askFrom(GUESSER, undefined)).status).toBe(401)
  }
  expect((await askFrom(GUESSER, WRONG)).status).toBe(401)
})
