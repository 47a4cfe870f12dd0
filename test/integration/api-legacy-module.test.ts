import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ReceiptInfo } from '../../src/contract/index.ts'
import { type ApiPlace, openApi } from '../support/api-place.ts'
import { sendRaw } from '../support/raw-http.ts'

/** Requests of the module as recorded from Cowrie 2.5.0; not part of the repository. */
const RECORDED = '../shared/data/threatjammer-module-posts.jsonl'
const MODULE = 'Cowrie Honeypot ThreatJammer.com output plugin'

interface Recorded {
  readonly case: string
  readonly raw_base64?: string
  readonly request_line?: string
  readonly headers?: readonly (readonly [string, string])[]
  readonly body?: string
}

const recorded = existsSync(RECORDED)
  ? readFileSync(RECORDED, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Recorded)
  : []

describe.each(['skip', 'accept'] as const)(
  'the requests of the removed module, private addresses: %s',
  (setting) => {
    let api: ApiPlace
    beforeAll(async () => {
      api = await openApi({ privateAddresses: setting })
    })
    afterAll(() => api.close())

    it.skipIf(recorded.length === 0)('are nine', () => {
      expect(recorded).toHaveLength(9)
    })

    it.skipIf(recorded.length === 0).each(recorded)(
      'are answered 202 and nothing else: $case',
      async (post) => {
        const answer = await sendRaw(api.port, bytesOf(post, api.adminKey))
        expect([answer?.status, answer?.body]).toEqual([202, ''])
        const { json } = await api.ask('GET', String(answer?.headers.get('location')))
        const { taken, skipped } = ReceiptInfo.parse(json)
        const { addresses, ttl } = JSON.parse(bodyOf(post)) as { addresses: string[]; ttl: number }
        const count = addresses.length
        const expected = { taken: ttl === 0 ? 0 : count, skipped: {} }
        expect({ taken, skipped }).toEqual(
          setting === 'accept' ? expected : { taken: 0, skipped: { private: count } },
        )
      },
    )
  },
)

function bodyOf(post: Recorded): string {
  return bytesOf(post, '').toString().split('\r\n\r\n')[1] ?? ''
}

/** Only the token differs from what was recorded; the length of the body does not count it. */
function bytesOf(post: Recorded, key: string): Buffer {
  const bytes =
    post.raw_base64 === undefined
      ? Buffer.from(
          [post.request_line, ...(post.headers ?? []).map(([n, v]) => `${n}: ${v}`), '', post.body].join(
            '\r\n',
          ),
        )
      : Buffer.from(post.raw_base64, 'base64')
  const token = bytes.indexOf('TESTTOKEN123')
  return Buffer.concat([bytes.subarray(0, token), Buffer.from(key), bytes.subarray(token + 12)])
}

describe('a request of the removed module', () => {
  let api: ApiPlace
  beforeAll(async () => {
    api = await openApi()
  })
  afterAll(() => api.close())

  const send = (body: unknown, userAgent = MODULE) =>
    api.ask('POST', '/v1/ip', { body, headers: { 'user-agent': userAgent } })

  const entryOf = async (address: string) =>
    (await api.ask('GET', `/v1/denylist/reported/ip/${address}`)).json

  it('is taken for ABUSE when its type is unknown', async () => {
    expect((await send({ addresses: ['8.0.0.1'], type: 'weird' })).status).toBe(202)
    expect(await entryOf('8.0.0.1')).toMatchObject({ dataset: '/v1/dataset/ip/ABUSE' })
  })

  it('is taken without a tag that cannot stand', async () => {
    expect((await send({ addresses: ['8.0.0.2'], tags: ['COWRIE', 'my_tag'] })).status).toBe(202)
    expect(await entryOf('8.0.0.2')).toMatchObject({ tags: ['COWRIE'] })
  })

  it.each([0, -5])('with the ttl %d blocks nobody, and ends no ban that is there', async (ttl) => {
    await send({ addresses: ['8.0.0.3'], ttl: 600 })
    const before = await entryOf('8.0.0.3')
    await api.clock.advance(1000)
    const answer = await send({ addresses: ['8.0.0.3', '8.0.0.4', '10.0.0.1'], ttl })
    expect(answer).toMatchObject({ status: 202, text: '' })
    expect(await entryOf('8.0.0.3')).toEqual(before)
    expect(await entryOf('8.0.0.4')).toMatchObject({ type: '/docs/errors/reported-ip-address-not-found' })
    expect((await api.ask('GET', String(answer.headers['location']))).json).toMatchObject({
      taken: 0,
      skipped: { private: 1 },
    })
    await api.ask('DELETE', '/v1/denylist/reported/ip/8.0.0.3')
  })

  it('is answered 202 when no address can be taken, with all of them counted', async () => {
    const answer = await send({ addresses: ['10.0.0.1', '::1', 'x', '224.0.0.1'] })
    expect(answer).toMatchObject({ status: 202, text: '' })
    expect((await api.ask('GET', String(answer.headers['location']))).json).toMatchObject({
      taken: 0,
      skipped: { private: 2, unparsable: 1, 'never-a-source': 1 },
    })
  })

  it('is refused where its body is not one the module sends', async () => {
    for (const body of [{}, { addresses: [] }, { addresses: [1] }, { addresses: ['8.0.0.5'], ttl: 'x' }]) {
      expect((await send(body)).status).toBe(422)
    }
  })

  it('is judged as any other from a client with another name', async () => {
    expect((await send({ addresses: ['8.0.0.6'], type: 'weird' }, `${MODULE}/2`)).status).toBe(422)
    expect((await send({ addresses: ['8.0.0.6'], ttl: 0 }, 'curl/8')).status).toBe(422)
    expect((await send({ addresses: ['10.0.0.1'] }, 'Cowrie')).status).toBe(400)
  })
})
