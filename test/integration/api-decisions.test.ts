import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { Client } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiPlace, openApi } from '../support/api-place.ts'
import { DecisionsReader } from '../support/decisions-reader.ts'

const ROOT = '/honeyjam/v1'
const DECISIONS = `${ROOT}/decisions`

let api: ApiPlace

beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

async function ban(...addresses: readonly string[]): Promise<void> {
  await api.ask('POST', `${ROOT}/ban`, { body: { addresses, ttl: 3600, type: 'TOR' } })
}

/** What a new consumer holds. */
async function readAll(): Promise<DecisionsReader> {
  const reader = new DecisionsReader()
  reader.read((await api.ask('GET', DECISIONS)).text)
  return reader
}

async function readSince(reader: DecisionsReader): Promise<string> {
  const { text } = await api.ask('GET', `${DECISIONS}?checksum=true&since=${reader.revision}`)
  reader.read(text)
  return text
}

/** The body as it came, in the coding asked for. */
async function fetchCoded(coding: string, path = DECISIONS): Promise<{ coding: unknown; bytes: Buffer }> {
  const client = new Client(api.url)
  try {
    const { headers, body } = await client.request({
      method: 'GET',
      path,
      headers: { authorization: `Bearer ${api.adminKey}`, 'accept-encoding': coding },
    })
    return { coding: headers['content-encoding'], bytes: Buffer.from(await body.arrayBuffer()) }
  } finally {
    await client.close()
  }
}

describe('GET /honeyjam/v1/decisions', () => {
  it('hands over everything there is, and then what changed', async () => {
    await ban('9.0.0.1', '9.0.0.2', '2a00:1:2:3::1')
    const reader = await readAll()
    const end = api.clock.nowMs() + 3_600_000
    expect(reader.held).toEqual({
      'a 9.0.0.1': [end, { list: 'reported', dataset: 'TOR' }],
      'a 9.0.0.2': [end, { list: 'reported', dataset: 'TOR' }],
      'a 2a00:1:2:3::/64': [end, { list: 'reported', dataset: 'TOR' }],
    })
    await api.ask('POST', `${ROOT}/unban`, { body: { addresses: ['9.0.0.1'] } })
    await ban('9.0.0.3')
    await api.ask('POST', `${ROOT}/allow`, { body: { ranges: ['2a00:1:2:3::9/128'] } })
    expect(await readSince(reader)).not.toContain('9.0.0.2')
    expect(Object.keys(reader.held).toSorted()).toEqual(['a 2a00:1:2:3::1/128', 'a 9.0.0.2', 'a 9.0.0.3'])
    expect((await readAll()).held).toEqual(reader.held)
  })

  it('holds networks of private lists without what is allowed in them', async () => {
    const reader = await readAll()
    const list = { name: 'mine', resource_type: 'CIDR', description: '', tags: [] }
    const root = '/v1/denylist/private'
    const id = (await api.ask('POST', root, { body: { payload: list } })).json as string
    await api.ask('PUT', `${root}/${id}/content`, { body: { append: ['9.8.0.0/30'] } })
    await api.ask('POST', `${ROOT}/allow`, { body: { ranges: ['9.8.0.1'] } })
    await readSince(reader)
    const [, origin] = reader.held['n 9.8.0.2/31']!
    expect(origin).toMatchObject({ list: 'private', name: 'mine' })
    expect(reader.held['n 9.8.0.0']).toEqual([null, origin])
    expect(reader.held['n 9.8.0.0/30']).toBeUndefined()
  })

  it('answers 304 to whoever holds it already', async () => {
    const first = await api.ask('GET', DECISIONS)
    const headers = { 'if-none-match': String(first.headers['etag']) }
    expect(await api.ask('GET', DECISIONS, { headers })).toMatchObject({ status: 304, text: '' })
    const reader = await readAll()
    await readSince(reader)
    const since = `${DECISIONS}?since=${reader.revision}`
    const newer = { 'if-none-match': `"${reader.revision}"` }
    expect(await api.ask('GET', since, { headers: newer })).toMatchObject({ status: 304, text: '' })
    await ban('9.0.0.4')
    expect(await api.ask('GET', DECISIONS, { headers })).toMatchObject({ status: 200 })
    expect(await api.ask('GET', since, { headers: newer })).toMatchObject({ status: 200 })
  })

  it('sends everything to whoever names a revision that it knows nothing of', async () => {
    for (const since of ['x', '0123456789ab-1-1', '', '9'.repeat(200)]) {
      const reader = new DecisionsReader()
      reader.read((await api.ask('GET', `${DECISIONS}?since=${since}`)).text)
      expect(reader.held).toEqual((await readAll()).held)
    }
    expect(await api.ask('GET', `${DECISIONS}?checksum=perhaps`)).toMatchObject({ status: 422 })
  })

  it('says the same in each coding, with what came after the part that was prepared', async () => {
    const before = (await fetchCoded('gzip')).bytes
    await ban('9.0.0.5')
    const plain = (await fetchCoded('identity')).bytes.toString()
    const zipped = await fetchCoded('br;q=0.9, gzip')
    const since = `${DECISIONS}?since=${(await readAll()).revision}`
    await ban('9.0.0.6')
    expect(gunzipSync((await fetchCoded('gzip', since)).bytes).toString()).toContain('"9.0.0.6"')
    await api.ask('POST', `${ROOT}/unban`, { body: { addresses: ['9.0.0.6'] } })
    const brotli = await fetchCoded('br')
    expect(zipped.coding).toBe('gzip')
    expect(gunzipSync(zipped.bytes).toString()).toBe(plain)
    expect(gunzipSync(before).toString()).not.toBe(plain)
    expect(brotli.coding).toBe('br')
    expect(brotliDecompressSync(brotli.bytes).toString()).toBe(
      (await fetchCoded('identity')).bytes.toString(),
    )
    expect((await fetchCoded('gzip;q=0, deflate')).coding).toBeUndefined()
  })

  it('is for keys that enforce or read, and holds nothing of other accounts', async () => {
    for (const scope of ['enforce', 'read'] as const) {
      const key = await api.makeKey(scope)
      expect(await api.ask('GET', DECISIONS, { key })).toMatchObject({ status: 200 })
    }
    for (const scope of ['report', 'manage'] as const) {
      const key = await api.makeKey(scope)
      expect(await api.ask('GET', DECISIONS, { key })).toMatchObject({ status: 403 })
    }
    const other = new DecisionsReader()
    other.read((await api.ask('GET', DECISIONS, { key: api.otherKey })).text)
    expect(other.held).toEqual({})
    const { revision } = await readAll()
    other.read((await api.ask('GET', `${DECISIONS}?since=${revision}`, { key: api.otherKey })).text)
    expect(other.held).toEqual({})
  })
})
