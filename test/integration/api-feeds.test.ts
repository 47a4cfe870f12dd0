import { gunzipSync } from 'node:zlib'
import { Client, type Dispatcher } from 'undici'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Accounts } from '../../src/accounts/index.ts'
import { createApiServer } from '../../src/api/index.ts'
import type { Denylist } from '../../src/denylist/index.ts'
import { FEEDS } from '../../src/feed/decisions/index.ts'
import type { Range } from '../../src/ip/index.ts'
import { type ApiPlace, openApi } from '../support/api-place.ts'
import { captureLog } from '../support/captured-logger.ts'

const ROOT = '/honeyjam/v1'
const WRONG = `tja_${'x'.repeat(36)}`
const HOUR_MS = 3_600_000

let api: ApiPlace

async function ban(addresses: readonly string[], ttl = 86_400): Promise<void> {
  await api.ask('POST', `${ROOT}/ban`, { body: { addresses, ttl, type: 'TOR' } })
}

async function unban(...addresses: readonly string[]): Promise<void> {
  await api.ask('POST', `${ROOT}/unban`, { body: { addresses } })
}

async function read(path: string, headers: Record<string, string> = {}) {
  return await api.ask('GET', path, { headers })
}

/** The lines that are no comment. */
async function linesOf(path: string): Promise<string[]> {
  const { status, text } = await read(path)
  expect(status).toBe(200)
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
}

const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
})
const etagOf = ({ headers }: { readonly headers: Readonly<Record<string, unknown>> }) =>
  String(headers['etag'])

describe('the key of a feed', () => {
  beforeAll(async () => {
    api = await openApi()
    await ban(['9.0.0.1'])
  })
  afterAll(() => api.close())

  it('may stand in the path, in a header, or as a password with any user name or none', async () => {
    const key = await api.makeKey('read')
    const without = { key: undefined }
    const answers = [
      await api.ask('GET', '/feeds/bare.txt', { key }),
      await api.ask('GET', `/feeds/${key}/bare.txt`, without),
      await api.ask('GET', `/feeds/${key.replace('_', '%5F')}/bare.txt/`, without),
      await api.ask('GET', '/feeds/bare.txt', { ...without, headers: basic('firewall', key) }),
      await api.ask('GET', '/feeds/bare.txt', { ...without, headers: basic('', key) }),
      await api.ask('GET', '/feeds/bare.txt', { ...without, headers: basic(key, '') }),
      // a proxy in front has a password of its own
      await api.ask('GET', `/feeds/${key}/bare.txt`, { ...without, headers: basic('proxy', 'secret') }),
    ]
    for (const answer of answers) expect(answer).toMatchObject({ status: 200, text: '9.0.0.1\n' })
  })

  it('is asked for in the words of basic authentication', async () => {
    const requests = [
      ['/feeds/bare.txt', {}],
      ['/feeds/bare.txt', basic('', '')],
      ['/feeds/bare.txt', { authorization: 'Basic' }],
      ['/feeds/bare.txt', { authorization: 'Basic !' }],
      ['/feeds/bare.txt', basic('firewall', WRONG)],
      [`/feeds/${WRONG}/bare.txt`, {}],
      [`/feeds/${WRONG}/nothing`, {}],
    ] as const
    for (const [path, headers] of requests) {
      const answer = await api.ask('GET', path, { key: undefined, headers })
      expect(answer).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': 'Basic realm="honeyjam", charset="UTF-8", Bearer' },
      })
      expect(answer.text).not.toContain(WRONG)
    }
  })

  it('needs the scope read or enforce, and is of one account alone', async () => {
    for (const scope of ['read', 'enforce'] as const)
      expect((await read(`/feeds/${await api.makeKey(scope)}/bare.txt`)).status).toBe(200)
    for (const scope of ['report', 'manage'] as const)
      expect((await read(`/feeds/${await api.makeKey(scope)}/bare.txt`)).status).toBe(403)
    expect(await read(`/feeds/${api.otherKey}/bare.txt`)).toMatchObject({ status: 200, text: '' })
  })

  it('works from its networks alone, and until its end', async () => {
    const create = async (change: object) =>
      await api.accounts.createKey({
        accountId: 1,
        name: 'bound',
        scopes: ['read'],
        nowMs: api.clock.nowMs(),
        ...change,
      })
    const bound = await create({ networks: ['192.0.2.0/24' as Range] })
    expect((await read(`/feeds/${bound.keyText}/bare.txt`)).status).toBe(403)
    const ending = await create({ ttlSeconds: 60, expiresAtMs: api.clock.nowMs() + 60_000 })
    expect((await read(`/feeds/${ending.keyText}/bare.txt`)).status).toBe(200)
    await api.clock.advance(60_000)
    expect((await read(`/feeds/${ending.keyText}/bare.txt`)).status).toBe(401)
  })

  it('is replaced with an overlap, in which the old one goes on in the path', async () => {
    const { json } = await api.ask('POST', `${ROOT}/keys`, { body: { name: 'edl', scopes: ['read'] } })
    const { id, key: old } = json as { id: number; key: string }
    const rotated = await api.ask('POST', `${ROOT}/keys/${id}/rotate`, { body: { overlap: 3600 } })
    const { key: next } = rotated.json as { key: string }
    const statuses = async () => [
      (await read(`/feeds/${old}/bare.txt`)).status,
      (await read(`/feeds/${next}/bare.txt`)).status,
    ]
    expect(await statuses()).toEqual([200, 200])
    await api.clock.advance(HOUR_MS)
    expect(await statuses()).toEqual([401, 200])
  })

  it('is slowed when it is guessed, and works from there all the same', async () => {
    const statuses = new Set<number>()
    for (let guesses = 0; guesses < 101; guesses++)
      statuses.add((await api.ask('GET', `/feeds/${WRONG}/bare.txt`, { key: undefined })).status)
    expect(statuses).toEqual(new Set([401, 429]))
    expect((await read(`/feeds/${api.adminKey}/bare.txt`)).status).toBe(200)
  })
})

describe('each feed', () => {
  beforeAll(async () => {
    api = await openApi()
    await ban(['9.0.0.1', '2a00:1:2:3::1'])
  })
  afterAll(() => api.close())

  it.each(FEEDS.map(({ name }) => name))('is there as %s, with and without its ending', async (name) => {
    const short = name.startsWith('decisions.') ? name.split('.')[1] : name.split('.')[0]
    const [whole, same] = [await read(`/feeds/${name}`), await read(`/feeds/${short}`)]
    expect(whole.status).toBe(200)
    expect(whole.text).toContain('9.0.0.1')
    expect(same.text).toBe(whole.text)
    const six = await read(`/feeds/${name}?families=6`)
    expect(six.text).toContain('2a00:1:2:3::')
    expect(six.text).not.toContain('9.0.0.1')
  })

  it.each(['limit=0', 'limit=x', 'families=5', 'page=0', 'name=A', 'name=;x', 'name=', 'family=4'])(
    'is refused with ?%s',
    async (query) => {
      expect((await read(`/feeds/plain.txt?${query}`)).status).toBe(422)
    },
  )
})

describe('a feed', () => {
  beforeEach(async () => {
    api = await openApi()
  })
  afterEach(() => api.close())

  it('that is not there is answered with the names of those that are', async () => {
    const { status, json, text } = await read(`/feeds/${api.adminKey}/paloato.txt`)
    expect(status).toBe(404)
    expect(json).toMatchObject({ type: '/docs/errors/feed-not-found' })
    for (const { name } of FEEDS) expect(text).toContain(name)
    expect(text).not.toContain(api.adminKey)
  })

  it('is the same compressed and not, and HEAD tells its length', async () => {
    await ban(Array.from({ length: 5000 }, (_, at) => `9.1.${at >> 8}.${at & 255}`))
    const plain = await read('/feeds/plain.txt')
    const client = new Client(api.url)
    const ask = async (method: Dispatcher.HttpMethod, coding: string) => {
      const headers = { 'accept-encoding': coding }
      const { headers: sent, body } = await client.request({
        method,
        path: `/feeds/${api.adminKey}/plain.txt`,
        headers,
      })
      return { sent, bytes: Buffer.from(await body.arrayBuffer()) }
    }
    try {
      const zipped = await ask('GET', 'gzip')
      expect(zipped.sent).toMatchObject({
        'content-encoding': 'gzip',
        'content-length': String(zipped.bytes.length),
        vary: 'accept-encoding',
        'cache-control': 'private, no-cache',
      })
      expect(gunzipSync(zipped.bytes).toString()).toBe(plain.text)
      expect(plain.text).toMatch(/# end of 5000 networks\n$/)
      expect(plain.headers['content-length']).toBe(String(plain.text.length))
      for (const coding of ['gzip', 'identity']) {
        const { sent, bytes } = await ask('HEAD', coding)
        const whole = await ask('GET', coding)
        expect(bytes.length).toBe(0)
        for (const name of ['content-length', 'content-encoding', 'etag', 'content-type'])
          expect([name, sent[name]]).toEqual([name, whole.sent[name]])
      }
    } finally {
      await client.close()
    }
  })

  it('is not sent again to whoever has it, until it says something else', async () => {
    await ban(['9.0.0.1', '9.0.0.2'])
    const first = await read('/feeds/bare.txt')
    const held = { 'if-none-match': `"other", ${etagOf(first)}` }
    expect(await read('/feeds/bare.txt', held)).toMatchObject({ status: 304, text: '' })
    expect(await read('/feeds/bare.txt', { 'if-none-match': '*' })).toMatchObject({ status: 304 })
    expect((await read('/feeds/bare.txt?limit=1', held)).status).toBe(200)
    // another account has one of its own
    expect((await read(`/feeds/${api.otherKey}/bare.txt`, held)).status).toBe(200)
    await ban(['9.0.0.3'])
    const second = await read('/feeds/bare.txt', held)
    expect(second).toMatchObject({ status: 200, text: '9.0.0.1\n9.0.0.2\n9.0.0.3\n' })
    await unban('9.0.0.3')
    expect(etagOf(await read('/feeds/bare.txt'))).toBe(etagOf(first))
    expect((await read('/feeds/bare.txt', held)).status).toBe(304)
  })

  it('tells by its ETag what it says of ends only where it says any', async () => {
    await ban(['9.0.0.1'])
    const before = [etagOf(await read('/feeds/bare.txt')), etagOf(await read('/feeds/csv'))]
    await api.clock.advance(1000)
    await ban(['9.0.0.1'])
    const after = [etagOf(await read('/feeds/bare.txt')), etagOf(await read('/feeds/csv'))]
    expect(after[0]).toBe(before[0])
    expect(after[1]).not.toBe(before[1])
  })

  it('loses what was unbanned or allowed, and what ended', async () => {
    await ban(['9.0.0.1', '9.0.0.2', '9.0.0.3'])
    await ban(['9.0.0.4'], 60)
    expect(await linesOf('/feeds/plain.txt')).toHaveLength(4)
    await api.clock.advance(60_000)
    expect(await linesOf('/feeds/plain.txt')).toEqual(['9.0.0.1', '9.0.0.2', '9.0.0.3'])
    await unban('9.0.0.1')
    await api.ask('POST', `${ROOT}/allow`, { body: { ranges: ['9.0.0.3'] } })
    expect(await linesOf('/feeds/plain.txt')).toEqual(['9.0.0.2'])
  })

  it('tells of the time that is left as it is, and its ETag stays', async () => {
    await ban(['9.0.0.1'], 7200)
    const first = await read('/feeds/nftables')
    expect(first.text).toContain('9.0.0.1 timeout 0d7200s')
    await api.clock.advance(HOUR_MS)
    const later = await read('/feeds/nftables')
    expect(later.text).toContain('9.0.0.1 timeout 0d3600s')
    expect(etagOf(later)).toBe(etagOf(first))
  })

  it('says since when it is as it is, once that can be told in seconds', async () => {
    await ban(['9.0.0.1'])
    expect((await read('/feeds/bare.txt')).headers['last-modified']).toBeUndefined()
    const since = new Date(api.clock.nowMs()).toUTCString()
    await api.clock.advance(1000)
    expect((await read('/feeds/bare.txt')).headers['last-modified']).toBe(since)
    await ban(['9.0.0.2'])
    expect((await read('/feeds/bare.txt')).headers['last-modified']).toBeUndefined()
    await api.clock.advance(5000)
    const next = new Date(api.clock.nowMs() - 5000).toUTCString()
    expect((await read('/feeds/bare.txt')).headers['last-modified']).toBe(next)
  })

  it('holds the most worth having when not everything is wanted', async () => {
    await ban(['9.0.0.1', '9.0.0.2', '2a00:1:2:3::1'])
    await api.clock.advance(2 * HOUR_MS)
    await ban(['9.0.0.3'])
    for (let times = 0; times < 8; times++) await ban(['9.0.0.2'])
    expect(await linesOf('/feeds/bare.txt?limit=2')).toEqual(['9.0.0.2', '9.0.0.3'])
    expect(await linesOf('/feeds/cidr.txt?limit=2')).toEqual(['9.0.0.2/31'])
    expect((await read('/feeds/plain.txt?limit=2')).text).toContain(
      '# end of 2 networks, 2 more did not fit\n',
    )
    expect(await linesOf('/feeds/bare.txt?families=6')).toEqual(['2a00:1:2:3::/64'])
    expect(await linesOf('/feeds/cidr.txt?families=4')).toEqual(['9.0.0.1/32', '9.0.0.2/31'])
  })

  it('names its sets as it is told to', async () => {
    await ban(['9.0.0.1'])
    expect((await read('/feeds/nftables?name=home-1')).text).toContain('add table inet honeyjam_home_1\n')
    expect((await read('/feeds/ipset?name=home-1')).text).toContain('create honeyjam-home-1-4 ')
    expect((await read('/feeds/mikrotik?name=home-1')).text).toContain('add list=honeyjam-home-1 ')
  })

  it('has pages for RouterOS, which follow one another', async () => {
    const all = Array.from({ length: 36_000 }, (_, at) => `9.${at >> 16}.${(at >> 8) & 255}.${at & 255}`)
    for (let from = 0; from < all.length; from += 9000) await ban(all.slice(from, from + 9000))
    const addressesIn = async (page: number) => {
      const { text } = await read(`/feeds/mikrotik.rsc?page=${page}`)
      return Array.from(text.matchAll(/ add list=honeyjam-feed address=(\S+) /g), ([, address]) => address)
    }
    const pages = [await addressesIn(1), await addressesIn(2), await addressesIn(3)]
    expect(pages.map((page) => page.length)).toEqual([35_000, 1000, 0])
    expect(new Set(pages.flat())).toEqual(new Set(all))
    expect((await read('/feeds/mikrotik.rsc?page=2&limit=35500')).text).toContain('500 networks')
  })

  it('fits into what its consumer has room for', async () => {
    const all = Array.from({ length: 10_500 }, (_, at) => `9.${at >> 16}.${(at >> 8) & 255}.${at & 255}`)
    for (let from = 0; from < all.length; from += 5250) await ban(all.slice(from, from + 5250))
    // finer than a /64
    await ban(['2a00:1:2:3::1'])
    await api.ask('POST', `${ROOT}/allow`, { body: { ranges: ['2a00:1:2:3::2'] } })
    const cloudflare = (await read('/feeds/cloudflare.json')).json as { ip: string }[]
    expect(cloudflare).toHaveLength(10_000)
    const six = (await read('/feeds/cloudflare.json?families=6')).json
    expect(six).toEqual([])
    expect((await read('/feeds/aws-waf.json')).json).toMatchObject({
      Addresses: expect.objectContaining({ length: 10_000 }) as string[],
    })
    expect(await linesOf('/feeds/bare.txt?families=6')).toEqual(['2a00:1:2:3::1'])
  })
})

describe('a fault of the service', () => {
  const lines: object[] = []
  let url: string
  let close: () => Promise<void>
  let fault: string

  beforeAll(async () => {
    api = await openApi()
    const failing = <Part extends object>(part: Part, method: keyof Part & string) =>
      new Proxy(part, {
        get: (target, name) => {
          const value: unknown = Reflect.get(target, name)
          if (name !== method) return typeof value === 'function' ? (value.bind(target) as unknown) : value
          return (...args: unknown[]) => {
            if (fault === method) throw new TypeError(`${method} is out of order`)
            return (value as (...all: unknown[]) => unknown).apply(target, args)
          }
        },
      })
    const decisions = failing(api.denylist.decisions, 'ranked')
    const log = captureLog()
    const server = createApiServer({
      ...api,
      denylist: new Proxy<Denylist>(api.denylist, {
        get: (target, name) => {
          const value: unknown = name === 'decisions' ? decisions : Reflect.get(target, name)
          return typeof value === 'function' ? (value.bind(target) as unknown) : value
        },
      }),
      accounts: failing<Accounts>(api.accounts, 'authenticate'),
      logger: log.logger,
    })
    url = await server.listen({ host: '127.0.0.1', port: 0 })
    close = () => server.close()
    lines.push(log.lines)
  })
  afterAll(async () => {
    await close()
    await api.close()
  })

  it.each(['ranked', 'authenticate'])('is answered 503 and never as a refusal: %s', async (method) => {
    fault = method
    const answer = await fetch(`${url}/feeds/${api.adminKey}/plain.txt?limit=${method.length}`)
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('5')
    expect(answer.headers.get('www-authenticate')).toBeNull()
    expect(await answer.json()).toMatchObject({ type: '/docs/errors/feed-unavailable' })
    const logged = JSON.stringify(lines)
    expect(logged).toContain(`${method} is out of order`)
    expect(logged).not.toContain(api.adminKey)
    fault = ''
    await api.clock.advance(10_000)
    expect((await fetch(`${url}/feeds/${api.adminKey}/plain.txt`)).status).toBe(200)
  })
})

describe('the key in the path of a feed', () => {
  it('is in no log, no metric, no activity and no answer', async () => {
    api = await openApi()
    const accessLog = captureLog()
    const log = captureLog()
    const server = createApiServer({ ...api, logger: log.logger, accessLog: accessLog.logger })
    try {
      const url = await server.listen({ host: '127.0.0.1', port: 0 })
      const key = await api.makeKey('read')
      const encoded = `%74ja%5f${key.slice(4)}`
      const texts: string[] = []
      const paths = [
        `/feeds/${key}/plain.txt`,
        `/feeds/${encoded}/plain.txt?families=4`,
        `/%66eeds/${encoded}/plain.txt`,
        `/feeds/${key}/nothing`,
        `/feeds/${key}/plain.txt?limit=0`,
        `/feeds/${key}/plain.txt/more`,
        `/feeds/${key}`,
        `/feeds/${key}x/plain.txt`,
        `/feeds/${key.slice(4)}/plain.txt`,
        `/feeds/plain.txt/${key}`,
      ]
      const statuses: number[] = []
      for (const path of paths) {
        const answer = await fetch(`${url}${path}`)
        statuses.push(answer.status)
        texts.push(await answer.text())
      }
      expect(statuses).toEqual([200, 200, 200, 404, 422, 404, 401, 401, 401, 401])
      texts.push((await (await fetch(`${url}/feeds/${key}/plain.txt`, { method: 'POST' })).text()).trim())
      const authorization = `Bearer ${api.adminKey}`
      texts.push(await (await fetch(`${url}/metrics`, { headers: { authorization } })).text())
      const activity = await api.ask('GET', '/v1/token/activity?page_size=50', { key })
      expect(activity.text).toContain('/feeds/***/plain.txt?families=4')
      texts.push(activity.text)
      await expect.poll(() => accessLog.lines.length).toBe(paths.length + 2)
      expect(accessLog.lines[0]).toMatchObject({
        path: '/feeds/***/plain.txt',
        status: 200,
        keyName: 'key 1',
      })
      texts.push(JSON.stringify(accessLog.lines), JSON.stringify(log.lines))
      for (const text of texts) {
        expect(text).not.toContain(key.slice(4, 16))
        expect(text).not.toContain(key.slice(-12))
      }
    } finally {
      await server.close()
      await api.close()
    }
  })
})
