import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type ApiPlace, openApi } from '../support/api-place.ts'

/** What the plan FREE lets an account have on its lists. */
const MOST = 100
const ROOT = '/honeyjam/v1'
const WAIT = { timeout: 20_000 }

let api: ApiPlace
let names = 0

beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

/** A new account with the plan FREE. */
async function openFree(): Promise<
  (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) => Promise<Free>
> {
  const key = { name: 'first', scopes: ['report', 'read', 'manage'] }
  const body = { name: `free-${++names}`, plan: 'FREE', key }
  const { json } = await api.ask('POST', `${ROOT}/accounts`, { body })
  const text = (json as { key: { key: string } }).key.key
  return async (method, path, content) => {
    const options = content === undefined ? { key: text } : { key: text, body: content }
    return await api.ask(method, path, options)
  }
}
type Free = Awaited<ReturnType<ApiPlace['ask']>>

const networks = (count: number) => Array.from({ length: count }, (_, index) => `9.${index}.0.0/16`)

async function createList(ask: Awaited<ReturnType<typeof openFree>>): Promise<string> {
  const payload = { name: 'mine', description: '', resource_type: 'CIDR', tags: [] }
  return (await ask('POST', '/v1/denylist/private', { payload })).json as string
}

describe('the elements on all lists of an account', () => {
  it('are no more than its plan allows, also by POST /honeyjam/v1/allow, which takes those that fit', async () => {
    const ask = await openFree()
    await ask('POST', `${ROOT}/allow`, { ranges: networks(MOST - 1) })
    const { json } = await ask('POST', `${ROOT}/allow`, {
      ranges: ['9.0.0.0/16', '7.1.0.0/16', '7.2.0.0/16'],
    })
    expect((json as { results: unknown[] }).results).toMatchObject([
      { range: '9.0.0.0/16', outcome: 'allowed' },
      { range: '7.1.0.0/16', outcome: 'allowed' },
      { range: '7.2.0.0/16', outcome: 'skipped', reason: 'over-limit' },
    ])
    const { receipt_id } = json as { receipt_id: string }
    expect((await ask('GET', `${ROOT}/receipts/${receipt_id}`)).json).toMatchObject({
      taken: 2,
      skipped: { 'over-limit': 1 },
    })
  })

  it('leave no trace in the history of what was refused for them', async () => {
    const ask = await openFree()
    const path = `/v1/denylist/private/${await createList(ask)}/content`
    expect((await ask('PUT', path, { append: [...networks(MOST), '9.9.9.9'] })).status).toBe(413)
    expect((await ask('PUT', path, { append: ['9.9.9.9'] })).status).toBe(202)
    const history = await vi.waitFor(async () => {
      await api.clock.advance(200)
      const { json } = await ask('GET', `${ROOT}/history/9.9.9.9`)
      expect(json).not.toMatchObject({ total: 0 })
      return json
    }, WAIT)
    expect(history).toMatchObject({ total: 1, events: [{ event: 'listed', effect: 'entered' }] })
  })
})

describe('false positives', () => {
  it('are taken beyond that, as far as any plan goes', async () => {
    const ask = await openFree()
    const addresses = (from: number) =>
      Array.from({ length: 10_000 }, (_, index) => `9.${from}.${index >> 8}.${index & 255}`)
    for (let from = 0; from < 10; from++)
      await ask('POST', '/v1/false/add/ip', { addresses: addresses(from) })
    const more = { addresses: ['9.0.0.0', '7.0.0.1', '7.0.0.2'] }
    const { status, headers } = await ask('POST', '/v1/false/add/ip', more)
    expect(status).toBe(202)
    expect((await ask('GET', String(headers['location']))).json).toMatchObject({
      taken: 1,
      skipped: { 'over-limit': 2 },
    })
  })
})

describe('a change of the list of what is reported', () => {
  it('is refused, and leaves no trace in the history', async () => {
    const ask = await openFree()
    const { json } = await ask('GET', '/v1/denylist/private/all/cidr')
    const { self } = (json as { lists: { name: string; self: string }[] }).lists.find(
      ({ name }) => name === 'External sources reported CIDRs',
    )!
    await ask('POST', '/v1/ip', { addresses: ['9.9.9.8'] })
    expect((await ask('PUT', `${self}/content`, { append: ['9.9.9.8'] })).status).toBe(403)
    expect((await ask('PUT', self, { name: 'mine' })).status).toBe(403)
    expect((await ask('DELETE', self)).status).toBe(403)
    await ask('POST', '/v1/unban/ip', { addresses: ['9.9.9.8'] })
    await vi.waitFor(async () => {
      await api.clock.advance(200)
      expect((await ask('GET', `${ROOT}/history/9.9.9.8`)).json).toMatchObject({
        events: [
          { event: 'unbanned', effect: 'left' },
          { event: 'reported', effect: 'entered' },
        ],
      })
    }, WAIT)
  })
})
