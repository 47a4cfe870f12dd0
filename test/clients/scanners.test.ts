import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Plan } from '../../src/accounts/index.ts'
import { type ApiPlace, openApi } from '../support/api-place.ts'

/*
 * Programs that ask for one address and read what others wrote for Threat Jammer. Each does here what its description says it
 * does, with its own ways of telling answers apart; only the host name is ours.
 */

let api: ApiPlace
beforeAll(async () => {
  api = await openApi()
  await api.ask('POST', '/v1/ip', { body: { addresses: [REPORTED, REPORTED_V6] } })
  await api.ask('POST', '/honeyjam/v1/allow', { body: { ranges: [ALLOWED] } })
})
afterAll(() => api.close())

const REPORTED = '8.1.1.1'
const REPORTED_V6 = '2a00::1'
const ALLOWED = '8.2.2.2'
const UNKNOWN = '8.3.3.3'

function get(path: string, key = api.adminKey): Promise<Response> {
  const headers = { accept: 'application/json', authorization: `Bearer ${key}` }
  return fetch(`${api.url}${path}`, { headers })
}

describe("SpiderFoot's module", () => {
  type Outcome =
    | { readonly kind: 'risky' | 'harmless'; readonly score: number; readonly risk: string }
    | { readonly kind: 'skipped' | 'error' | 'stopped'; readonly because: string }

  async function scan(address: string, key?: string): Promise<Outcome> {
    const response = await get(`/v1/assess/ip/${address}`, key)
    if (response.status === 400) return { kind: 'skipped', because: 'not public' }
    if (response.status === 422) return { kind: 'skipped', because: 'bad format' }
    if (response.status === 429) return { kind: 'stopped', because: 'too many requests' }
    if (response.status === 401) return { kind: 'stopped', because: 'bad key' }
    if (response.status !== 200) return { kind: 'stopped', because: `status ${response.status}` }
    const { score, risk } = (await response.json()) as { score?: number; risk?: string }
    // zero and nothing at all are one thing to it
    if (!score) return { kind: 'error', because: 'no score' }
    if (!risk) return { kind: 'error', because: 'no risk' }
    return { kind: score >= 35 ? 'risky' : 'harmless', score, risk }
  }

  it('finds a reported address risky', async () => {
    expect(await scan(REPORTED)).toEqual({ kind: 'risky', score: 99, risk: 'HIGH' })
  })

  it('takes an address nothing is known of for harmless, not for a failed request', async () => {
    expect(await scan(UNKNOWN)).toEqual({ kind: 'harmless', score: 1, risk: 'UNKNOWN' })
  })

  it('goes on after an address that is not public or none', async () => {
    expect(await scan('10.0.0.1')).toEqual({ kind: 'skipped', because: 'not public' })
    expect(await scan('8.8.8.8.8')).toEqual({ kind: 'skipped', because: 'bad format' })
  })

  let accounts = 0

  /** One address at a time, a second after each. Once it is told to stop, only the one already handed out is still asked. */
  async function scanAll(addresses: readonly string[], key: string): Promise<Outcome[]> {
    const outcomes: Outcome[] = []
    for (const address of addresses) {
      const isLast = outcomes.at(-1)?.kind === 'stopped'
      outcomes.push(await scan(address, key))
      await api.clock.advance(1_000)
      if (isLast) break
    }
    return outcomes
  }

  async function keyOf(plan: Plan): Promise<string> {
    const firstKey = { name: 'SpiderFoot', scopes: ['read'] } as const
    const name = `account ${++accounts}`
    const made = await api.accounts.createAccount({ name, plan, nowMs: api.clock.nowMs(), firstKey })
    return made?.firstKey?.keyText ?? ''
  }

  const found = (addresses: number) => Array.from({ length: addresses }, (_, index) => `8.4.0.${index}`)

  it('stops for the whole scan when the plan takes no more requests, which with FREE is after ten', async () => {
    const outcomes = await scanAll(found(30), await keyOf('FREE'))
    const isHarmless = outcomes.map(({ kind }) => kind === 'harmless')
    expect([isHarmless.indexOf(false), isHarmless.length]).toEqual([10, 12])
    expect(outcomes.at(-1)).toEqual({ kind: 'stopped', because: 'too many requests' })
  })

  it('is never stopped with BASIC, since it asks once a second', async () => {
    const outcomes = await scanAll(found(130), await keyOf('BASIC'))
    expect(outcomes.filter(({ kind }) => kind !== 'harmless')).toEqual([])
    expect(outcomes).toHaveLength(130)
  })

  // it follows redirects and the header Refresh, and decodes what it gets before it looks at the status
  it('is told that in a way it can read: the status alone, JSON, and nowhere else to go', async () => {
    const key = await keyOf('FREE')
    await scanAll(found(10), key)
    const response = await get(`/v1/assess/ip/${REPORTED}`, key)
    expect([response.status, response.redirected, response.headers.get('refresh')]).toEqual([
      429,
      false,
      null,
    ])
    expect(response.headers.get('retry-after')).toMatch(/^[1-9][0-9]?$/)
    expect(await response.json()).toEqual({
      title: 'Too Many Requests',
      detail: expect.stringContaining('10 requests a minute') as string,
      type: '/docs/errors/too-many-requests',
    })
  })

  it('stops at a key that is not valid', async () => {
    expect(await scan(REPORTED, `tja_${'0'.repeat(36)}`)).toEqual({ kind: 'stopped', because: 'bad key' })
  })

  // the lowest score of the contract is 0, and it counts that as none: see docs/reference/contract-differences.md
  it('reports nothing of an allowed address, and goes on', async () => {
    expect(await scan(ALLOWED)).toEqual({ kind: 'error', because: 'no score' })
  })
})

describe('the browser extension', () => {
  async function lookUp(address: string): Promise<string> {
    const { score, reason } = (await (await get(`/v1/assess/ip/${address}`)).json()) as {
      score: number
      reason: string
    }
    return score !== 0 && reason !== '' ? `${score}: ${reason}` : 'Not Found'
  }

  it('shows score and reason of an address', async () => {
    expect(await lookUp(REPORTED)).toBe('99: Found in one or more denylists of the user.')
    expect(await lookUp(UNKNOWN)).toBe('1: Not found in any list or dataset.')
    expect(await lookUp(ALLOWED)).toBe('Not Found')
  })
})

describe('the bot for Webex', () => {
  const WANTED = ['score', 'risk', 'asn', 'datacenter']
  const PLACE = ['city_name', 'region_name', 'country_iso_code', 'asn_country_iso_code']

  /** It fails at the first field that is not there. */
  async function fieldsOf(path: string, names: readonly string[]): Promise<unknown[]> {
    const body = (await (await get(path)).json()) as Record<string, unknown>
    return names.map((name) => {
      if (!(name in body)) throw new Error(`no ${name}`)
      return body[name]
    })
  }

  it('finds each field of an assessment, paths that lead nowhere as empty texts', async () => {
    expect(await fieldsOf(`/v1/assess/ip/${REPORTED}`, WANTED)).toEqual([99, 'HIGH', '', ''])
  })

  it('says that it failed where it asks for a place, since there are none here yet', async () => {
    expect((await get(`/v1/geo/${REPORTED}`)).status).toBe(501)
    await expect(fieldsOf(`/v1/geo/${REPORTED}`, PLACE)).rejects.toThrow('no city_name')
  })
})

describe('the MCP adapter', () => {
  /** Whatever it asks, it hands on the body of a 2xx and the text of anything else; a body that is no JSON is an error. */
  async function call(path: string, body?: unknown): Promise<{ result: unknown } | { error: string }> {
    const response = await fetch(`${api.url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${api.adminKey}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const answer: unknown = await response.json()
    return response.ok ? { result: answer } : { error: `${response.status} ${JSON.stringify(answer)}` }
  }
  const part = encodeURIComponent

  it('assesses an IPv6 address whose colons arrive as %3A', async () => {
    expect(part(REPORTED_V6)).toBe('2a00%3A%3A1')
    expect(await call(`/v1/assess/ip/${part(REPORTED_V6)}`)).toMatchObject({
      result: { self: '/v1/assess/ip/2a00::1', score: 99, risk: 'HIGH' },
    })
  })

  it('assesses a bare array of addresses', async () => {
    expect(await call('/v1/assess/ip', [REPORTED, UNKNOWN])).toMatchObject({
      result: { results: [{ score: 99 }, { score: 1 }] },
    })
  })

  it('reads datasets and the lists that hold an address', async () => {
    expect(await call('/v1/dataset/ip')).toHaveProperty('result.types')
    expect(await call('/v1/dataset/ip/ABUSE')).toMatchObject({ result: { name: 'ABUSE', items: 2 } })
    expect(await call(`/v1/denylist/private/ip/${part(REPORTED_V6)}`)).toMatchObject({
      result: { reported: ['/v1/denylist/reported/ip/2a00::1'] },
    })
    const allowed = await call(`/v1/allowlist/private/ip/${ALLOWED}`)
    expect(allowed).toMatchObject({ result: { cidrs: [expect.any(String)], reported: [] } })
  })

  it.each([
    '/v1/geo/8.1.1.1',
    '/v1/asn/15169',
    '/v1/asn/15169/prefixes',
    `/v1/ua/${part('Mozilla/5.0 (X11; Linux)')}`,
  ])('is told in JSON that %s is not served', async (path) => {
    expect(await call(path)).toMatchObject({ error: expect.stringMatching(/^501 {"title":/) as string })
  })
})

describe('the collector of a Django site', () => {
  it('gets JSON of the sources, and of an error as well', async () => {
    const response = await get('/v1/source/ip')
    expect([response.status, await response.json()]).toEqual([200, { self: '/v1/source/ip', sources: [] }])
    const refused = await get('/v1/source/ip', 'no key')
    expect([refused.status, await refused.json()]).toMatchObject([
      401,
      { title: expect.any(String) as string },
    ])
  })
})

describe('the script that scores autonomous systems', () => {
  it('gets JSON for each number, without a score as long as there is no data about them', async () => {
    for (const number of [15169, 64_496]) {
      const response = await get(`/v1/asn/${number}`)
      const answer = (await response.json()) as { score?: number }
      expect([response.status, answer.score]).toEqual([501, undefined])
    }
  })
})

describe('the collector of cerebro', () => {
  it('reads assessments and what is reported, each with what names it', async () => {
    const assessment = (await (await get(`/v1/assess/ip/${REPORTED}`)).json()) as { datasets: unknown[] }
    expect(assessment).toMatchObject({
      self: `/v1/assess/ip/${REPORTED}`,
      datasets: ['/v1/dataset/ip/ABUSE'],
    })
    const { addresses } = (await (await get('/v1/denylist/reported/ip')).json()) as { addresses: unknown[] }
    expect(addresses).toHaveLength(2)
    expect(addresses[0]).toMatchObject({
      self: expect.any(String) as string,
      last_report: expect.any(Number) as number,
    })
  })

  it('reads what was done with its key, in pages, which is also how it sees that the service is well', async () => {
    for (let call = 0; call < 6; call++) await get('/v1/token')
    const { status, json } = await api.ask('GET', '/v1/token/activity?page_size=5')
    const { activities } = json as { activities: Record<string, unknown>[] }
    expect([status, activities.length]).toEqual([200, 5])
    for (const activity of activities) {
      expect(activity).toMatchObject({
        self: expect.stringMatching(/^\/v1\//) as string,
        created_at: expect.any(Number) as number,
      })
    }
  })

  it('is told in JSON that keys of web sites are not served', async () => {
    const response = await get('/v1/origin_token/all')
    expect([response.status, await response.json()]).toMatchObject([
      501,
      { title: expect.any(String) as string },
    ])
  })
})

describe('a client written for another service', () => {
  it('that asks GET /v1/ip/ADDRESS gets 404', async () => {
    expect((await get(`/v1/ip/${REPORTED}`)).status).toBe(404)
  })

  it('that sends its key in X-API-Key to /v1/risk gets 401 or 404, never an answer about the address', async () => {
    const headers = { 'x-api-key': api.adminKey }
    const unserved = await fetch(`${api.url}/v1/risk?ip=${REPORTED}`, { headers })
    expect(unserved.status).toBe(404)
    const unread = await fetch(`${api.url}/v1/assess/ip/${REPORTED}`, { headers })
    expect(unread.status).toBe(401)
    expect(await unread.text()).toContain('Bearer')
  })
})
