import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ApiPlace, openApi } from '../../../test/support/api-place.ts'
import type { Decisions } from '../../denylist/index.ts'
import { findFeed } from '../../feed/decisions/index.ts'
import { FeedShelf } from './feed-shelf.ts'

const ACCOUNT = 1
/** So many that feeds may be a little old: 180 ms. */
const MANY = 6000

let api: ApiPlace
let shelf: FeedShelf
let asked = 0

beforeEach(async () => {
  api = await openApi()
  asked = 0
  shelf = shelfOf({})
})
afterEach(() => api.close())

function shelfOf({ mostBytes }: { readonly mostBytes?: number }): FeedShelf {
  const { decisions: real } = api.denylist
  const decisions: Decisions = Object.assign(Object.create(real) as Decisions, {
    ranked: (accountId: number) => {
      asked++
      return real.ranked(accountId)
    },
    releaseMark: (accountId: number) => real.releaseMark(accountId),
    hasChangedSince: (...args: Parameters<Decisions['hasChangedSince']>) => real.hasChangedSince(...args),
  })
  return new FeedShelf({
    decisions,
    clock: api.clock,
    listedAtMs: () => 0,
    onFailure: (error) => expect(error).toBeUndefined(),
    ...(mostBytes !== undefined && { mostBytes }),
  })
}

async function get(name: string, limit?: number) {
  const wish = { name: 'feed', uuid: 'u', protocol: 'ALL', limit, page: 1 } as const
  return (await shelf.get(ACCOUNT, { feed: findFeed(name)!, wish })).body
}

async function count(name = 'bare'): Promise<number> {
  const text = gunzipSync(Buffer.concat((await get(name)).gzip)).toString()
  return text.split('\n').length - 1
}

const addresses = (length: number, third = 0) =>
  Array.from({ length }, (_, at) => `9.${third}.${at >> 8}.${at & 255}`)

async function change(what: 'ban' | 'unban', ...some: readonly string[]): Promise<void> {
  await api.ask('POST', `/honeyjam/v1/${what}`, { body: { addresses: some, ttl: 86_400 } })
}

describe('the shelf of feeds', () => {
  it('makes a feed once for all who ask, and looks at the lists once for all feeds', async () => {
    await change('ban', ...addresses(10))
    const many = await Promise.all([get('bare'), get('bare'), get('csv'), get('bare', 5), get('bare')])
    expect(new Set(many).size).toBe(3)
    expect(await get('bare')).toBe(many[0])
    expect(asked).toBe(1)
  })

  it('gives whoever asks for a small list what is true then, also while it is being made', async () => {
    await change('ban', ...addresses(10))
    const counts: Promise<number>[] = []
    for (let more = 1; more <= 5; more++) {
      counts.push(count())
      await change('ban', `9.1.0.${more}`)
      counts.push(count(), count())
    }
    const found = await Promise.all(counts)
    found.forEach((each, at) => expect(each).toBeGreaterThanOrEqual(10 + Math.ceil(at / 3)))
  })

  it('makes a large one anew behind those who ask, and at once when something was taken off', async () => {
    await change('ban', ...addresses(MANY))
    expect(await count()).toBe(MANY)
    await change('ban', '9.9.0.1')
    await api.clock.advance(179)
    expect(await count()).toBe(MANY)
    await api.clock.advance(1)
    expect(await count()).toBe(MANY)
    await expect.poll(() => count()).toBe(MANY + 1)
    await change('ban', '9.9.0.2')
    await api.clock.advance(400)
    expect(await count()).toBe(MANY + 2)
    await change('ban', '9.9.0.3')
    await change('unban', '9.9.0.2', '9.9.0.1')
    expect(await count()).toBe(MANY + 1)
  })

  it('keeps a bounded number of them', async () => {
    await change('ban', ...addresses(10))
    const first = await get('bare', 1)
    for (let limit = 2; limit <= 25; limit++) await get('bare', limit)
    expect(await get('bare', 25)).toBe(await get('bare', 25))
    expect(await get('bare', 1)).not.toBe(first)
  })

  it('keeps a bounded number of bytes, and takes from the account that has most', async () => {
    await change('ban', ...addresses(2000))
    shelf = shelfOf({ mostBytes: 15_000 })
    const other = await shelf.get(2, {
      feed: findFeed('bare')!,
      wish: { name: 'feed', uuid: 'u', protocol: 'ALL', limit: undefined, page: 1 },
    })
    const bodies = [await get('bare'), await get('csv'), await get('jsonl'), await get('ipset')]
    expect(bodies.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0)).toBeGreaterThan(15_000)
    expect(await get('bare')).not.toBe(bodies[0])
    const again = await shelf.get(2, {
      feed: findFeed('bare')!,
      wish: { name: 'feed', uuid: 'u', protocol: 'ALL', limit: undefined, page: 1 },
    })
    expect(again.body).toBe(other.body)
  })
})
