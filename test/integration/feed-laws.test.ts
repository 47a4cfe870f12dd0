import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FEEDS } from '../../src/feed/decisions/index.ts'
import {
  classifyRange,
  type PackedRange,
  packRange,
  parseAddress,
  rangeContains,
  rangeText,
} from '../../src/ip/index.ts'
import { type ApiPlace, openApi } from '../support/api-place.ts'

const ROOT = '/honeyjam/v1'
const SEED = Math.trunc(Math.random() * 2 ** 31)

/** Few of each, so that they meet; some may never be blocked. */
const HOSTS = [
  '9.0.0.1',
  '9.0.0.2',
  '9.0.0.3',
  '9.0.0.4',
  '9.0.0.6',
  '9.0.1.7',
  '10.0.0.1',
  '127.0.0.1',
  '192.0.2.1',
  '2a00:1:0:1::1',
  '2a00:1:0:1::2',
  ...Array.from({ length: 9 }, (_, at) => `2a00:1:0:2${at.toString(16).padStart(2, '0')}::1`),
  'fe80::1',
]
const NETWORKS = [
  '9.0.0.0/24',
  '9.0.0.0/30',
  '9.0.0.2/31',
  '9.0.0.2/32',
  '9.0.0.0/16',
  '8.0.0.0/6',
  '10.0.0.0/8',
  '0.0.0.0/8',
  '192.0.0.0/16',
  '2a00:1::/32',
  '2a00:1:0:1::/64',
  '2a00:1:0:200::/56',
  '2a00:1:0:1::2/128',
  'fc00::/7',
]
const PROBES = [...HOSTS, '9.0.0.200', '9.0.99.1', '2a00:1:9::1']

const some = (of_: readonly string[]) =>
  fc.uniqueArray(fc.constantFrom(...of_), { minLength: 1, maxLength: 4 })
const ttl = fc.constantFrom(1, 60, 3600)
type Step = { readonly do: string; readonly texts: readonly string[]; readonly ttl: number }
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('ban'), texts: some(HOSTS), ttl }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('unban'), texts: some(HOSTS), ttl }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('allow'), texts: some(NETWORKS), ttl }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('disallow'), texts: some(NETWORKS), ttl }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('deny', 'deny no more'), texts: some(NETWORKS), ttl }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait'), texts: fc.constant([]), ttl }) },
)

let api: ApiPlace
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

async function perform(key: string, listId: string, { do: what, texts, ttl: seconds }: Step): Promise<void> {
  const ask = (path: string, body: object) => api.ask('POST', `${ROOT}/${path}`, { key, body })
  switch (what) {
    case 'wait':
      return await api.clock.advance(1000 * seconds)
    case 'ban':
      return void (await ask('ban', { addresses: texts, ttl: seconds }))
    case 'unban':
      return void (await ask('unban', { addresses: texts }))
    case 'allow':
      return void (await ask('allow', { ranges: texts, ttl: seconds }))
    case 'disallow':
      return void (await ask('disallow', { ranges: texts }))
    default: {
      const body = what === 'deny' ? { append: texts } : { remove: texts }
      await api.ask('PUT', `/v1/denylist/private/${listId}/content`, { key, body })
    }
  }
}

/** Everything in a feed that is an address, a network, or the first and the last address of a range. */
function rangesIn(text: string): readonly PackedRange[] {
  return text
    .replaceAll(/^#.*$/gm, '')
    .split(/[\s,;"=[\]{}]+/)
    .flatMap((word) => {
      const [first = '', last] = word.split('-')
      if (last === undefined || parseAddress(first) === undefined) return packRange(word) ?? []
      return [packRange(first)!, packRange(last)!]
    })
}

const holds = (ranges: readonly PackedRange[], probe: string) =>
  ranges.some((range) => rangeContains(range, packRange(probe)!.words, 0))
const overlap = (left: PackedRange, right: PackedRange) =>
  rangeContains(left, right.words, 0) || rangeContains(right, left.words, 0)

test(`no feed ever holds what is allowed or protected, and all hold the same (seed ${SEED})`, async () => {
  const formats = ['cidr.txt', 'csv', 'jsonl', 'ipset', 'pf', 'haproxy', 'nginx-deny', 'nginx-geo']
  let rounds = 0
  let blocked = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const made = await api.accounts.createAccount({
        name: `round-${++rounds}`,
        plan: 'UNLIMITED',
        nowMs: api.clock.nowMs(),
        firstKey: { name: 'all', scopes: ['read', 'manage', 'report'] },
      })
      const key = made?.firstKey?.keyText ?? ''
      const list = { name: 'mine', resource_type: 'CIDR', description: '', tags: [] }
      const created = await api.ask('POST', '/v1/denylist/private', { key, body: { payload: list } })
      for (const each of steps) {
        await perform(key, String(created.json), each)
        const { json } = await api.ask('GET', `${ROOT}/allowlist`, { key })
        const allowed = (json as { ranges: { range: string }[] }).ranges.map(({ range }) => packRange(range)!)
        const plain = rangesIn((await api.ask('GET', `/feeds/${key}/plain.txt`)).text)
        blocked += plain.length
        for (const { name, format } of FEEDS) {
          const families = format.isSingleProtocol ? ['?families=4', '?families=6'] : ['']
          for (const query of families) {
            const ranges = rangesIn((await api.ask('GET', `/feeds/${key}/${name}${query}`)).text)
            for (const range of ranges) {
              expect([name, rangeText(range), classifyRange(range)]).toEqual([
                name,
                rangeText(range),
                'public',
              ])
              expect(allowed.filter((one) => overlap(one, range)).map(rangeText)).toEqual([])
            }
          }
        }
        for (const name of formats) {
          const ranges = rangesIn((await api.ask('GET', `/feeds/${key}/${name}`)).text)
          for (const probe of PROBES)
            expect([name, probe, holds(ranges, probe)]).toEqual([name, probe, holds(plain, probe)])
        }
      }
    }),
    { seed: SEED, numRuns: 15, endOnFailure: true },
  )
  expect(blocked).toBeGreaterThan(20)
}, 120_000)
