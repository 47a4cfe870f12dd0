import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Plan, Scope } from '../../src/accounts/index.ts'
import { MAX_ADDRESSES, TokenInfo } from '../../src/contract/index.ts'
import { type Answer, type ApiPlace, openApi } from '../support/api-place.ts'

const DAY_MS = 86_400_000
const LIST = '/v1/denylist/reported/ip'

let api: ApiPlace
beforeEach(async () => {
  api = await openApi({ reportsPerMinute: 6 })
})
afterEach(() => api.close())

let names = 0
/** Keys of a new account with this plan. */
async function keysOf(plan: Plan, ...scopes: Scope[][]): Promise<string[]> {
  const nowMs = api.clock.nowMs()
  const account = await api.accounts.createAccount({ name: `account ${++names}`, plan, nowMs })
  const { accountId } = account!.account
  const keys = scopes.map((each) => api.accounts.createKey({ accountId, name: 'k', scopes: each, nowMs }))
  return (await Promise.all(keys)).map(({ keyText }) => keyText)
}

async function tokenOf(key: string): Promise<TokenInfo> {
  return TokenInfo.parse((await api.ask('GET', '/v1/token', { key })).json)
}

function limitsIn({ headers }: Answer) {
  return [headers['ratelimit-policy'], headers['ratelimit'], headers['retry-after']]
}

describe('the User API of a limited plan', () => {
  it('takes ten requests of a key in any minute, and tells in each answer how many are left', async () => {
    const [key, other] = await keysOf('FREE', ['read'], ['read'])
    const policy = '"minute";q=10;w=60, "month";q=5000;w=2592000'
    const first = await api.ask('GET', LIST, { key })
    expect(limitsIn(first)).toEqual([policy, '"minute";r=9;t=60, "month";r=4999;t=2592000', undefined])
    await api.clock.advance(20_000)
    for (let request = 0; request < 9; request++) await api.ask('GET', LIST, { key })
    const refused = await api.ask('GET', LIST, { key })
    expect(refused).toMatchObject({ status: 429, json: { type: '/docs/errors/too-many-requests' } })
    expect(limitsIn(refused)).toEqual([policy, '"minute";r=0;t=40, "month";r=4990;t=2591980', '40'])
    expect((await api.ask('GET', LIST, { key: other })).status).toBe(200)
    await api.clock.advance(39_000)
    expect((await api.ask('GET', LIST, { key })).status).toBe(200)
    expect((await api.ask('GET', LIST, { key })).status).toBe(429)
  })

  it('counts what succeeds or is not valid, and neither what the key may not do nor what is not served', async () => {
    const [key = ''] = await keysOf('FREE', ['read'])
    const used = async () => (await tokenOf(key)).last_minute_bucket_value
    expect(await used()).toBe(1)
    expect((await api.ask('GET', `${LIST}?less_than=x`, { key })).status).toBe(422)
    expect((await api.ask('GET', `${LIST}/8.8.8.8`, { key })).status).toBe(404)
    expect(await used()).toBe(4)
    expect((await api.ask('DELETE', `${LIST}/all`, { key })).status).toBe(403)
    expect((await api.ask('GET', '/v1/geo/8.8.8.8', { key })).status).toBe(501)
    expect(await used()).toBe(5)
  })

  it('is not touched by reports, and reports not by it', async () => {
    const [key = ''] = await keysOf('FREE', ['read', 'report'])
    for (let request = 0; request < 10; request++) await api.ask('GET', LIST, { key })
    const reported = await api.ask('POST', '/v1/ip', { key, body: { addresses: ['8.8.8.8'] } })
    expect(reported.status).toBe(202)
    expect(limitsIn(reported)).toEqual(['"minute";q=6;w=60', '"minute";r=5;t=60', undefined])
    await api.clock.advance(60_000)
    expect(await tokenOf(key)).toMatchObject({ last_month_bucket_value: 11, last_minute_bucket_value: 1 })
  })

  it('takes 5,000 requests of the account in 30 days from its registration, and then in the next', async () => {
    const [key = '', other = ''] = await keysOf('FREE', ['read'], ['read'])
    const registeredMs = api.clock.nowMs()
    api.clock.set(registeredMs + 29 * DAY_MS)
    const stamp = {
      accountId: 3,
      meter: 'user-month',
      subjectId: 0,
      atMs: registeredMs + 30 * DAY_MS,
    } as const
    for (let request = 0; request < 4_998; request++) api.quota.note(stamp)
    expect((await tokenOf(key)).last_month_bucket_value).toBe(4_999)
    expect((await api.ask('GET', LIST, { key: other })).status).toBe(200)
    const refused = await api.ask('GET', LIST, { key })
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, String(DAY_MS / 1000)])
    expect(refused.text).toContain('month')
    api.clock.set(registeredMs + 30 * DAY_MS)
    expect(await tokenOf(key)).toMatchObject({
      last_month_bucket_value: 1,
      last_month_bucket_refresh: registeredMs + 60 * DAY_MS,
    })
  })

  it.each([
    ['FREE', 5_000, 10, 0],
    ['BASIC', 30_000, 300, 5],
    ['PRO', 100_000, 1_000, 16],
    ['ENTERPRISE', 5_000_000, 5_000, 83],
    ['UNLIMITED', 2_147_483_647, 2_147_483_647, 35_791_394],
  ] as const)('says in /v1/token what %s is', async (plan, inMonth, inMinute, ratio) => {
    const [key = ''] = await keysOf(plan, ['enforce'])
    await api.ask('GET', '/v1/token', { key })
    expect(await tokenOf(key)).toMatchObject({
      last_month_bucket_init_value: inMonth,
      last_month_bucket_value: 2,
      last_month_bucket_refresh: api.clock.nowMs() + 30 * DAY_MS,
      last_minute_bucket_init_value: inMinute,
      last_minute_bucket_value: 2,
      last_minute_bucket_refill_ratio: ratio,
    })
  })

  it('follows a plan that is changed at once', async () => {
    const [key = ''] = await keysOf('FREE', ['read'])
    for (let request = 0; request < 11; request++) await api.ask('GET', LIST, { key })
    await api.accounts.setPlan(3, 'BASIC')
    expect((await api.ask('GET', LIST, { key })).headers['ratelimit']).toContain('"minute";r=289')
  })
})

describe('the User API without limits', () => {
  it('says nothing of limits, and counts all the same', async () => {
    const answer = await api.ask('GET', LIST)
    expect(limitsIn(answer)).toEqual([undefined, undefined, undefined])
    expect(await tokenOf(api.adminKey)).toMatchObject({
      last_month_bucket_value: 2,
      last_minute_bucket_value: 2,
    })
  })
})

describe('the Report API', () => {
  it.each([
    ['FREE', 6],
    ['PRO', 12],
    ['ENTERPRISE', 60],
    ['UNLIMITED', 6],
  ] as const)('grants %s what the plan or the installation says, whichever is more', async (plan, limit) => {
    const [key = ''] = await keysOf(plan, ['report'])
    const answer = await api.ask('POST', '/v1/ip', { key, body: { addresses: ['8.8.8.8'] } })
    expect(answer.headers['ratelimit-policy']).toBe(`"minute";q=${limit};w=60`)
  })

  it('does not count what the storage did not take', async () => {
    const [key = ''] = await keysOf('FREE', ['report'])
    const body = { addresses: ['8.8.8.8'] }
    api.breakJournal(true)
    for (let request = 0; request < 5; request++)
      expect((await api.ask('POST', '/v1/ip', { key, body })).status).toBe(503)
    api.breakJournal(false)
    await api.clock.advance(1_000)
    const answer = await api.ask('POST', '/v1/ip', { key, body })
    expect(answer.headers['ratelimit']).toContain('r=5')
  })
})

describe('the lists of an account', () => {
  it.each([
    ['FREE', 100],
    ['BASIC', 1_000],
    ['PRO', MAX_ADDRESSES],
  ] as const)(
    'hold as many elements together as %s grants, and what is reported does not count',
    async (plan, most) => {
      const [key = ''] = await keysOf(plan, ['manage', 'read', 'report'])
      await api.ask('POST', '/v1/ip', { key, body: { addresses: ['8.8.8.8'] } })
      const payload = { name: 'n', description: 'd', resource_type: 'CIDR', tags: ['T'] }
      const id = String((await api.ask('POST', '/v1/denylist/private', { key, body: { payload } })).json)
      const networks = Array.from({ length: most }, (_, index) => `5.${index >> 8}.${index & 255}.0/24`)
      const put = async (append: string[]) =>
        (await api.ask('PUT', `/v1/denylist/private/${id}/content`, { key, body: { append } })).status
      expect(await put(networks)).toBe(202)
      expect(await put(['9.9.9.0/24'])).toBe(413)
    },
  )
})
