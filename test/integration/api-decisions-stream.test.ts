import { setImmediate as turn } from 'node:timers/promises'
import { Client } from 'undici'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ApiPlace, openApi } from '../support/api-place.ts'
import { DecisionsReader } from '../support/decisions-reader.ts'

const ROOT = '/honeyjam/v1'
const PROOF_EVERY_MS = 15_000

let api: ApiPlace

beforeEach(async () => {
  api = await openApi()
})
afterEach(() => api.close())

/** What comes on a stream that begins at the present revision. */
class StreamReader {
  text = ''
  isOver = false
  readonly #client = new Client(api.url)

  static async open(key: string): Promise<StreamReader> {
    const reader = new DecisionsReader()
    reader.read((await api.ask('GET', `${ROOT}/decisions`)).text)
    const stream = new StreamReader()
    await stream.#open(`${ROOT}/decisions/stream?since=${reader.revision}`, key)
    return stream
  }

  /** Moves the time on in small steps until the text is there, or the stream is over. */
  async until(isThere: () => boolean): Promise<void> {
    while (!isThere()) {
      await api.clock.advance(100)
      await turn()
    }
  }

  async close(): Promise<void> {
    await this.#client.destroy()
  }

  async #open(path: string, key: string): Promise<void> {
    const { body } = await this.#client.request({
      method: 'GET',
      path,
      headers: { authorization: `Bearer ${key}` },
    })
    void this.#read(body)
    await this.until(() => this.text.includes('retry:'))
  }

  async #read(body: AsyncIterable<Buffer>): Promise<void> {
    try {
      for await (const chunk of body) this.text += chunk.toString()
    } catch {
      // the test has let go of it
    }
    this.isOver = true
  }
}

async function ban(address: string): Promise<void> {
  expect((await api.ask('POST', `${ROOT}/ban`, { body: { addresses: [address] } })).status).toBe(200)
}

describe('GET /honeyjam/v1/decisions/stream', () => {
  it('tells of changes, and proves every 15 seconds that nothing was missed', async () => {
    const stream = await StreamReader.open(await api.makeKey('enforce'))
    await ban('9.0.0.1')
    await stream.until(() => stream.text.includes('"9.0.0.1"'))
    await stream.until(() => stream.text.includes('"checksum"'))
    expect(stream.isOver).toBe(false)
    await stream.close()
  })

  it.each([
    ['is revoked', async (id: number) => await api.ask('DELETE', `${ROOT}/accounts/team-a/keys/${id}`)],
    [
      'belongs to an account that is disabled',
      async () => await api.ask('PATCH', `${ROOT}/accounts/team-a`, { body: { disabled: true } }),
    ],
    ['expires', async () => api.clock.set(api.clock.nowMs() + 61_000)],
  ])('ends, and says nothing more, once its key %s', async (_, end) => {
    const key = { name: 'firewall', scopes: ['enforce', 'manage'], ttl: 60 }
    const body = { name: 'team-a', key }
    const made = (await api.ask('POST', `${ROOT}/accounts`, { body })).json as {
      key: { id: number; key: string }
    }
    const stream = await StreamReader.open(made.key.key)
    const other = { name: 'other', scopes: ['manage'] }
    const { json } = await api.ask('POST', `${ROOT}/accounts/team-a/keys`, { body: other })
    await end(made.key.id)
    await api.ask('POST', `${ROOT}/ban`, {
      key: (json as { key: string }).key,
      body: { addresses: ['9.0.0.2'] },
    })
    const endMs = api.clock.nowMs() + 2 * PROOF_EVERY_MS
    await stream.until(() => stream.isOver || api.clock.nowMs() > endMs)
    expect(stream.isOver).toBe(true)
    expect(stream.text).not.toContain('9.0.0.2')
    await stream.close()
  })
})
