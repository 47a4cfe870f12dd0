import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { type ApiPlace, openApi } from '../../../test/support/api-place.ts'
import type { RankedDecisions } from '../../denylist/index.ts'
import { chooseEntries, type FeedWish } from './choose-entries.ts'
import { type Feed, type FeedBudget, findFeed } from './feeds.ts'

const SINGLES = Array.from({ length: 40 }, (_, at) => `9.0.${at}.${at * 5}`)
const SIXES = Array.from({ length: 5 }, (_, at) => `2a00:${at + 1}::1`)

let api: ApiPlace
let ranked: RankedDecisions

beforeAll(async () => {
  api = await openApi()
  for (const part of [SINGLES.slice(0, 20), [...SINGLES.slice(20), ...SIXES]]) {
    await api.ask('POST', '/honeyjam/v1/ban', { body: { addresses: part } })
    await api.clock.advance(7_200_000)
  }
  // finer than a /64
  await api.ask('POST', '/honeyjam/v1/allow', { body: { ranges: ['2a00:1::2'] } })
  ranked = await api.denylist.decisions.ranked(1)
})
afterAll(() => api.close())

async function choose(budget: FeedBudget, wish: Partial<FeedWish> = {}, name = 'bare') {
  const feed: Feed = { ...findFeed(name)!, budget }
  const whole: FeedWish = { name: 'feed', uuid: 'u', protocol: 'ALL', limit: undefined, page: 1, ...wish }
  const { entries, leftOut } = await chooseEntries(ranked, feed, whole)
  return { texts: Array.from(entries, (entry) => ranked.networkOf(entry) as string), leftOut }
}

const all = () => Array.from(ranked.bestFirst, (entry) => ranked.networkOf(entry) as string)

describe('the entries of a feed', () => {
  test('are the best that are wanted, and what is left out is counted', async () => {
    const wishes = fc.record({
      limit: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
      entries: fc.integer({ min: 1, max: 60 }),
      pageEntries: fc.integer({ min: 1, max: 60 }),
      page: fc.integer({ min: 1, max: 5 }),
      protocol: fc.constantFrom('ALL', 'IPV4', 'IPV6'),
    })
    await fc.assert(
      fc.asyncProperty(wishes, async ({ limit, entries, pageEntries, page, protocol }) => {
        const wanted = all().filter(
          (text) => protocol === 'ALL' || text.includes(':') === (protocol === 'IPV6'),
        )
        const inBudget = wanted.slice(0, limit ?? entries)
        expect(await choose({ entries }, { limit, protocol })).toEqual({
          texts: inBudget,
          leftOut: wanted.length - inBudget.length,
        })
        const from = pageEntries * (page - 1)
        const onPage = inBudget.slice(from, from + pageEntries)
        const { texts, leftOut } = await choose({ entries, pageEntries }, { limit, page, protocol })
        expect(texts).toEqual(onPage)
        expect(leftOut).toBe(wanted.length - Math.min(wanted.length, from) - onPage.length)
      }),
    )
  })

  it('take no more bytes than there is room for, and as many as fit', async () => {
    const lines = all().map((text) => `${text.replace(/\/(32|128)$/, '')}\n`)
    expect((await choose({ bytes: 0 })).texts).toEqual([])
    for (let count = 1; count <= lines.length; count++) {
      const bytes = lines.slice(0, count).join('').length
      expect((await choose({ bytes })).texts).toHaveLength(count)
      expect((await choose({ bytes: bytes - 1 })).texts).toHaveLength(count - 1)
    }
  })

  it('are left out where their prefix is too long, and never made wider', async () => {
    const { texts, leftOut } = await choose({ longestIpv6Prefix: 64 }, { protocol: 'IPV6' })
    expect(texts.toSorted()).toEqual(SIXES.slice(1).map((text) => text.replace('::1', '::/64')))
    expect(leftOut).toBe(1)
  })

  it('stand by address where the format wants it, chosen by worth all the same', async () => {
    const { texts } = await choose({ entries: 25 }, {}, 'cidr')
    const chosen = Array.from(ranked.byAddress, (entry) => ranked.networkOf(entry) as string).filter((text) =>
      all().slice(0, 25).includes(text),
    )
    expect(texts).toEqual(chosen)
    expect((await choose({}, {}, 'cidr')).texts).toHaveLength(all().length)
  })
})
