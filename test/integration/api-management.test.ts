import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  AddressResults,
  Allowlist,
  CheckResult,
  CreatedKey,
  KeyList,
  RangeResults,
  ReceiptInfo,
} from '../../src/contract/index.ts'
import { type ApiPlace, openApi } from '../support/api-place.ts'

let api: ApiPlace

beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

const ROOT = '/honeyjam/v1'

describe('POST /honeyjam/v1/ban', () => {
  it('says of each address what became of it', async () => {
    await api.ask('POST', `${ROOT}/allow`, { body: { ranges: ['9.1.0.0/16'] } })
    const addresses = ['9.0.0.1', '::ffff:9.0.0.1', '10.0.0.1', '224.0.0.1', 'x', '9.1.2.3', '2A00::1']
    const answer = await api.ask('POST', `${ROOT}/ban`, {
      body: { addresses, ttl: 60, type: 'TOR', tags: ['A'] },
    })
    const expiry = api.clock.nowMs() + 60_000
    expect(answer.status).toBe(200)
    const { receipt_id, results } = AddressResults.parse(answer.json)
    expect(results).toEqual([
      { address: '9.0.0.1', outcome: 'banned', expiry },
      { address: '9.0.0.1', outcome: 'banned', expiry },
      { address: '10.0.0.1', outcome: 'skipped', reason: 'private' },
      { address: '224.0.0.1', outcome: 'skipped', reason: 'never-a-source' },
      { address: 'x', outcome: 'skipped', reason: 'unparsable' },
      { address: '9.1.2.3', outcome: 'skipped', reason: 'allowed' },
      { address: '2a00::1', outcome: 'banned', expiry },
    ])
    const receipt = ReceiptInfo.parse((await api.ask('GET', `${ROOT}/receipts/${receipt_id}`)).json)
    expect(receipt).toEqual({
      enforced_by: [],
      receipt_id,
      kind: 'report',
      received_at: api.clock.nowMs(),
      taken: 2,
      folded: 1,
      skipped: { private: 1, 'never-a-source': 1, unparsable: 1, allowed: 1 },
      lists: [{ name: 'External sources reported CIDRs', self: expect.any(String) as string }],
    })
  })

  it('answers 200 even when nothing could be taken', async () => {
    const answer = await api.ask('POST', `${ROOT}/ban`, { body: { addresses: ['x'] } })
    expect(answer).toMatchObject({ status: 200, json: { results: [{ outcome: 'skipped' }] } })
  })

  it('takes private addresses where the setting says so', async () => {
    const inner = await openApi({ privateAddresses: 'accept' })
    try {
      const body = { addresses: ['10.0.0.1', '192.0.2.1', '0.0.0.0'] }
      const { results } = AddressResults.parse((await inner.ask('POST', `${ROOT}/ban`, { body })).json)
      expect(results.map(({ outcome }) => outcome)).toEqual(['banned', 'banned', 'skipped'])
      expect((await inner.ask('POST', '/v1/ip', { body: { addresses: ['10.0.0.2'] } })).status).toBe(202)
      expect((await inner.ask('GET', `${ROOT}/check/10.0.0.2`)).json).toMatchObject({ listed: true })
    } finally {
      await inner.close()
    }
  })
})

describe('POST /honeyjam/v1/unban', () => {
  it('says of each address what became of it', async () => {
    await api.ask('POST', `${ROOT}/ban`, { body: { addresses: ['9.2.0.1'] } })
    const body = { addresses: ['9.2.0.1', '9.2.0.2', '10.0.0.1', 'x'] }
    const answer = await api.ask('POST', `${ROOT}/unban`, { body })
    expect(AddressResults.parse(answer.json).results).toEqual([
      { address: '9.2.0.1', outcome: 'unbanned' },
      { address: '9.2.0.2', outcome: 'skipped', reason: 'unknown' },
      { address: '10.0.0.1', outcome: 'skipped', reason: 'unknown' },
      { address: 'x', outcome: 'skipped', reason: 'unparsable' },
    ])
    expect((await api.ask('GET', `${ROOT}/check/9.2.0.1`)).json).toMatchObject({ listed: false })
  })
})

describe('the allowlist', () => {
  it('takes addresses and ranges, for a time or for ever', async () => {
    const timed = { ranges: ['9.3.0.0/24', '9.3.1.7'], ttl: 60 }
    const expiry = api.clock.nowMs() + 60_000
    const answer = await api.ask('POST', `${ROOT}/allow`, { body: timed })
    expect(RangeResults.parse(answer.json).results).toEqual([
      { range: '9.3.0.0/24', outcome: 'allowed', expiry },
      { range: '9.3.1.7/32', outcome: 'allowed', expiry },
    ])
    const lasting = { ranges: ['2a00:3::1/32', '2a00:3::/32', '9.3.3.3/33', '10.0.0.0/8'] }
    expect(
      RangeResults.parse((await api.ask('POST', `${ROOT}/allow`, { body: lasting })).json).results,
    ).toEqual([
      { range: '2a00:3::/32', outcome: 'allowed' },
      { range: '2a00:3::/32', outcome: 'allowed' },
      { range: '9.3.3.3/33', outcome: 'skipped', reason: 'unparsable' },
      { range: '10.0.0.0/8', outcome: 'allowed' },
    ])
    const { ranges } = Allowlist.parse((await api.ask('GET', `${ROOT}/allowlist`)).json)
    const created_at = api.clock.nowMs()
    expect(ranges).toEqual(
      expect.arrayContaining([
        { range: '9.3.0.0/24', created_at, expiry },
        { range: '2a00:3::/32', created_at },
      ]),
    )
  })

  it.each(['0.0.0.0/0', '::/0', '8.0.0.0/7', '2000::/18'])(
    'takes nothing with %s, which would end blocking',
    async (wide) => {
      const answer = await api.ask('POST', `${ROOT}/allow`, { body: { ranges: ['9.8.0.0/24', wide] } })
      expect(answer).toMatchObject({
        status: 422,
        json: { detail: [{ loc: ['body', 'ranges', 1], type: 'value_error.range_too_wide' }] },
      })
      expect(answer.text).toContain(`${wide} is wider than /8 (IPv4) or /19 (IPv6)`)
      expect((await api.ask('GET', `${ROOT}/allowlist`)).text).not.toContain('9.8.0.0/24')
    },
  )

  it('gives up exactly the ranges that are named', async () => {
    await api.ask('POST', `${ROOT}/allow`, { body: { ranges: ['9.4.0.0/16', '9.4.0.0/24'] } })
    const body = { ranges: ['9.4.0.0/16', '9.4.4.4', 'x'] }
    expect(RangeResults.parse((await api.ask('POST', `${ROOT}/disallow`, { body })).json).results).toEqual([
      { range: '9.4.0.0/16', outcome: 'disallowed' },
      { range: '9.4.4.4/32', outcome: 'skipped', reason: 'unknown' },
      { range: 'x', outcome: 'skipped', reason: 'unparsable' },
    ])
    expect((await api.ask('GET', `${ROOT}/check/9.4.0.1`)).json).toMatchObject({ allowed: true })
    expect((await api.ask('GET', `${ROOT}/check/9.4.1.1`)).json).toMatchObject({ allowed: false })
  })
})

describe('GET /honeyjam/v1/check', () => {
  it('says whether an address is blocked, and why or why not', async () => {
    const body = { addresses: ['9.5.0.1', '9.5.0.2'] }
    await api.ask('POST', `${ROOT}/ban`, { body })
    await api.ask('POST', `${ROOT}/allow`, { body: { ranges: ['9.5.0.2/31', '9.5.0.2'], ttl: 60 } })
    const listed = CheckResult.parse((await api.ask('GET', `${ROOT}/check/%3A%3Affff%3A9.5.0.1`)).json)
    expect(listed).toEqual({
      enforced_by: [],
      protected: false,
      address: '9.5.0.1',
      class: 'public',
      listed: true,
      allowed: false,
      allowlists: [],
      denylists: [],
      entry: (await api.ask('GET', '/v1/denylist/reported/ip/9.5.0.1')).json,
    })
    expect((await api.ask('GET', `${ROOT}/check/9.5.0.2`)).json).toEqual({
      address: '9.5.0.2',
      enforced_by: [],
      protected: false,
      class: 'public',
      listed: false,
      allowed: true,
      allowlists: [
        { name: 'Default allowlist', self: expect.stringMatching(/^\/v1\/allowlist\/private\//) as string },
      ],
      denylists: [],
      allowed_by: { range: '9.5.0.2/32', expiry: api.clock.nowMs() + 60_000 },
    })
    expect((await api.ask('GET', `${ROOT}/check/127.0.0.1`)).json).toMatchObject({ class: 'loopback' })
  })

  it('names the private lists that hold an address, and the allowlist that overrules them', async () => {
    const make = async (root: string, name: string, range: string) => {
      const list = { name, description: '', resource_type: 'CIDR', tags: [] }
      const { json } = await api.ask('POST', root, { body: list })
      const self = `${root}/${json as string}`
      await api.ask('PUT', `${self}/content`, { body: { append: [range] } })
      return { name, self }
    }
    const denying = await make('/v1/denylist/private', 'mine', '9.61.0.0/16')
    expect((await api.ask('GET', `${ROOT}/check/9.61.0.1`)).json).toMatchObject({
      listed: false,
      allowed: false,
      denylists: [denying],
    })
    const allowing = await make('/v1/allowlist/private', 'office', '9.61.0.0/24')
    expect((await api.ask('GET', `${ROOT}/check/9.61.0.1`)).json).toMatchObject({
      allowed: true,
      allowlists: [allowing],
      denylists: [denying],
      allowed_by: { range: '9.61.0.0/24' },
    })
    expect((await api.ask('POST', `${ROOT}/ban`, { body: { addresses: ['9.61.0.1'] } })).json).toMatchObject({
      results: [{ outcome: 'skipped', reason: 'allowed' }],
    })
  })

  it('needs an address', async () => {
    expect(await api.ask('GET', `${ROOT}/check/9.5.0`)).toMatchObject({
      status: 422,
      json: { detail: [{ loc: ['path', 'ip_address'], type: 'value_error.ipvanyaddress' }] },
    })
  })
})

describe('keys', () => {
  it('are made, listed without their text, used and revoked', async () => {
    const body = { name: ' firewall ', scopes: ['read', 'read'], ttl: 60 }
    const made = await api.ask('POST', `${ROOT}/keys`, { body })
    expect(made.status).toBe(201)
    const { key, ...info } = CreatedKey.parse(made.json)
    const created_at = api.clock.nowMs()
    expect(info).toMatchObject({
      name: 'firewall',
      scopes: ['read'],
      created_at,
      expiry: created_at + 60_000,
    })
    expect(key).toMatch(/^tja_[0-9A-Za-z]{36}$/)
    expect(key.endsWith(info.hint)).toBe(true)
    expect((await api.ask('GET', '/v1/denylist/reported/ip', { key })).status).toBe(200)

    const list = await api.ask('GET', `${ROOT}/keys`)
    expect(KeyList.parse(list.json).keys).toContainEqual(info)
    expect(list.text).not.toContain(key)

    const revoked = await api.ask('DELETE', `${ROOT}/keys/${info.id}`)
    expect([revoked.status, revoked.text]).toEqual([204, ''])
    expect((await api.ask('GET', '/v1/denylist/reported/ip', { key })).status).toBe(401)
    expect((await api.ask('DELETE', `${ROOT}/keys/${info.id}`)).status).toBe(204)
    expect(KeyList.parse((await api.ask('GET', `${ROOT}/keys`)).json).keys).toContainEqual({
      ...info,
      revoked_at: created_at,
    })
  })

  it('are not valid any more once they have expired', async () => {
    const { json } = await api.ask('POST', `${ROOT}/keys`, {
      body: { name: 'short', scopes: ['read'], ttl: 1 },
    })
    const { key } = CreatedKey.parse(json)
    expect((await api.ask('GET', '/test', { key })).status).toBe(200)
    await api.clock.advance(1000)
    expect((await api.ask('GET', '/test', { key })).status).toBe(401)
  })

  it.each([
    [{}, ['body', 'name']],
    [{ name: '', scopes: ['read'] }, ['body', 'name']],
    [{ name: 'x', scopes: ['read', 'root'] }, ['body', 'scopes', 1]],
    [{ name: 'x', scopes: [] }, ['body', 'scopes']],
    [{ name: 'x', scopes: ['read'], ttl: 0 }, ['body', 'ttl']],
  ])('are not made from %j', async (body, loc) => {
    const answer = await api.ask('POST', `${ROOT}/keys`, { body })
    expect(answer).toMatchObject({ status: 422 })
    expect(answer.json).toMatchObject({
      detail: expect.arrayContaining([expect.objectContaining({ loc })]) as unknown,
    })
  })

  it('neither make nor revoke one that may do more', async () => {
    const key = await api.makeKey('manage', 'read')
    for (const scopes of [['admin'], ['read', 'report']]) {
      const answer = await api.ask('POST', `${ROOT}/keys`, { key, body: { name: 'more', scopes } })
      expect(answer).toMatchObject({ status: 403, json: { type: '/docs/errors/forbidden' } })
    }
    expect(
      (await api.ask('POST', `${ROOT}/keys`, { key, body: { name: 'less', scopes: ['read'] } })).status,
    ).toBe(201)
    const { keys } = KeyList.parse((await api.ask('GET', `${ROOT}/keys`, { key })).json)
    const administrator = keys.find(({ scopes }) => scopes.includes('admin'))
    expect((await api.ask('DELETE', `${ROOT}/keys/${administrator?.id}`, { key })).status).toBe(403)
  })

  it('are replaced by one that may do the same, and go on for the overlap', async () => {
    const body = { name: 'sensor', scopes: ['report'], networks: ['127.0.0.1', '10.0.0.9/8'] }
    const old = CreatedKey.parse((await api.ask('POST', `${ROOT}/keys`, { body })).json)
    expect(old.networks).toEqual(['127.0.0.1/32', '10.0.0.0/8'])
    const answer = await api.ask('POST', `${ROOT}/keys/${old.id}/rotate`, { body: { overlap: 60 } })
    expect(answer.status).toBe(201)
    const rotated = CreatedKey.parse(answer.json)
    expect(rotated).toMatchObject({ name: 'sensor', scopes: ['report'], networks: old.networks })
    const { keys } = KeyList.parse((await api.ask('GET', `${ROOT}/keys`)).json)
    const expiry = api.clock.nowMs() + 60_000
    expect(keys.find(({ id }) => id === old.id)).toMatchObject({ expiry, replaced_by: rotated.id })
    expect(await api.ask('POST', `${ROOT}/keys/${old.id}/rotate`)).toMatchObject({
      status: 409,
      json: { type: '/docs/errors/key-not-in-force' },
    })
    const works = async (key: string) => (await api.ask('GET', '/test', { key })).status === 200
    expect([await works(old.key), await works(rotated.key)]).toEqual([true, true])
    await api.clock.advance(60_000)
    expect([await works(old.key), await works(rotated.key)]).toEqual([false, true])
  })

  it('go on for a day after they were replaced when nothing else is said', async () => {
    const body = { name: 'day', scopes: ['read'] }
    const { id } = CreatedKey.parse((await api.ask('POST', `${ROOT}/keys`, { body })).json)
    expect((await api.ask('POST', `${ROOT}/keys/${id}/rotate`)).status).toBe(201)
    const { keys } = KeyList.parse((await api.ask('GET', `${ROOT}/keys`)).json)
    expect(keys.find((key) => key.id === id)?.expiry).toBe(api.clock.nowMs() + 86_400_000)
    for (const overlap of [-1, '1', 315_360_001]) {
      expect((await api.ask('POST', `${ROOT}/keys/${id}/rotate`, { body: { overlap } })).status).toBe(422)
    }
  })

  it('may be bound to networks, and make none that is not', async () => {
    const make = async (body: object, key = api.adminKey) =>
      await api.ask('POST', `${ROOT}/keys`, { key, body })
    const far = await make({ name: 'far', scopes: ['read'], networks: ['192.0.2.0/24'] })
    const refused = await api.ask('GET', '/test', { key: CreatedKey.parse(far.json).key })
    expect(refused).toMatchObject({ status: 403, json: { type: '/docs/errors/forbidden' } })
    expect(refused.text).toContain('127.0.0.1')
    const near = await make({ name: 'near', scopes: ['manage'], networks: ['127.0.0.0/8'] })
    const { key } = CreatedKey.parse(near.json)
    expect((await make({ name: 'x', scopes: ['manage'] }, key)).status).toBe(403)
    expect((await make({ name: 'x', scopes: ['manage'], networks: ['127.0.0.0/7'] }, key)).status).toBe(403)
    expect((await make({ name: 'x', scopes: ['manage'], networks: ['127.0.0.1'] }, key)).status).toBe(201)
    expect((await make({ name: 'x', scopes: ['read'], networks: ['here'] })).json).toMatchObject({
      detail: [{ loc: ['body', 'networks', 0] }],
    })
  })

  it('of an administrator that are replaced or bound are no reason to let the last one go', async () => {
    const other = await openApi()
    try {
      const networks = ['127.0.0.0/8']
      await other.ask('POST', `${ROOT}/keys`, { body: { name: 'bound', scopes: ['admin'], networks } })
      const rotated = CreatedKey.parse((await other.ask('POST', `${ROOT}/keys/1/rotate`)).json)
      expect((await other.ask('DELETE', `${ROOT}/keys/${rotated.id}`)).status).toBe(409)
      expect((await other.ask('DELETE', `${ROOT}/keys/1`)).status).toBe(204)
    } finally {
      await other.close()
    }
  })

  it('keep the last administrator', async () => {
    const { keys } = KeyList.parse((await api.ask('GET', `${ROOT}/keys`)).json)
    const id = keys.find(({ scopes }) => scopes.includes('admin'))?.id
    const answer = await api.ask('DELETE', `${ROOT}/keys/${id}`)
    expect(answer).toMatchObject({ status: 409, json: { type: '/docs/errors/last-administrator-key' } })
    expect((await api.ask('GET', '/test')).status).toBe(200)
  })

  it.each([
    ['999999', 404],
    ['0', 404],
    ['x', 422],
    ['1.5', 422],
    ['-1', 422],
  ])('that are not there: %s is answered %d', async (id, status) => {
    expect((await api.ask('DELETE', `${ROOT}/keys/${id}`)).status).toBe(status)
  })

  it('of another account cannot be revoked', async () => {
    const { keys } = KeyList.parse((await api.ask('GET', `${ROOT}/keys`, { key: api.otherKey })).json)
    expect(await api.ask('DELETE', `${ROOT}/keys/${keys[0]?.id}`)).toMatchObject({
      status: 404,
      json: { type: '/docs/errors/key-not-found' },
    })
  })
})

describe('receipts', () => {
  it('can be read by the reporter', async () => {
    const key = await api.makeKey('report')
    const { headers } = await api.ask('POST', '/v1/ip', { key, body: { addresses: ['9.6.0.1'] } })
    expect(await api.ask('GET', String(headers['location']), { key })).toMatchObject({
      status: 200,
      json: { taken: 1 },
    })
  })

  it.each(['x', '00000000-0000-0000-0000-000000000000', "'; DROP TABLE receipts; --", 'ä'])(
    'that are not there answer 404: %s',
    async (id) => {
      expect(await api.ask('GET', `${ROOT}/receipts/${encodeURIComponent(id)}`)).toMatchObject({
        status: 404,
        json: { type: '/docs/errors/receipt-not-found' },
      })
    },
  )
})

describe('scopes', () => {
  it.each([
    ['POST', '/ban', { addresses: ['9.7.0.1'] }, ['manage']],
    ['POST', '/unban', { addresses: ['9.7.0.1'] }, ['manage']],
    ['POST', '/allow', { ranges: ['9.7.0.1'] }, ['manage']],
    ['POST', '/disallow', { ranges: ['9.7.0.1'] }, ['manage']],
    ['GET', '/allowlist', undefined, ['read']],
    ['GET', '/check/9.7.0.1', undefined, ['read']],
    ['GET', '/keys', undefined, ['manage']],
    ['POST', '/keys', {}, ['manage']],
    ['DELETE', '/keys/999', undefined, ['manage']],
    ['POST', '/keys/999/rotate', {}, ['manage']],
    ['GET', '/receipts/x', undefined, ['read', 'report']],
  ] as const)('decide who may %s %s', async (method, path, body, scopes) => {
    const ask = body === undefined ? {} : { body }
    expect((await api.ask(method, `${ROOT}${path}`, { ...ask, key: undefined })).status).toBe(401)
    for (const scope of ['report', 'read', 'manage', 'enforce'] as const) {
      const { status } = await api.ask(method, `${ROOT}${path}`, { ...ask, key: await api.makeKey(scope) })
      expect([scope, status === 403]).toEqual([scope, !(scopes as readonly string[]).includes(scope)])
    }
  })
})

describe('what was sent', () => {
  it.each(['/ban', '/unban', '/allow', '/disallow', '/keys'])(
    'is checked as in the Report API: %s',
    async (path) => {
      for (const body of ['{', '[]', '', '7']) {
        expect((await api.ask('POST', `${ROOT}${path}`, { body })).status).toBe(422)
      }
      expect((await api.ask('POST', `${ROOT}${path}`, { body: ' '.repeat(1_048_577) })).status).toBe(413)
      expect((await api.ask('GET', `${ROOT}${path === '/keys' ? '/keys/1' : path}`)).status).toBe(405)
    },
  )

  it.each([
    ['/ban', 'addresses'],
    ['/unban', 'addresses'],
    ['/allow', 'ranges'],
    ['/disallow', 'ranges'],
  ])('holds at most 10,000 elements: %s', async (path, field) => {
    const body = { [field]: Array.from({ length: 10_001 }).fill('9.8.0.1') }
    expect(await api.ask('POST', `${ROOT}${path}`, { body })).toMatchObject({
      status: 413,
      json: { type: '/docs/errors/ip-address-list-too-large' },
    })
  })
})
