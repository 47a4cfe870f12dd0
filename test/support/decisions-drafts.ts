import fc from 'fast-check'
import type { PublicListCatalogue, PublicListInfo } from '../../src/denylist/index.ts'
import { packRange } from '../../src/ip/index.ts'

export const startMs = 1_700_000_000_000

/** An operation without what a run fills in; `listNumber` picks one of the lists there are. */
export interface Draft {
  readonly kind: string
  readonly listNumber?: number
  readonly expiresInMs?: number
  readonly lateMs?: number
  readonly [field: string]: unknown
}

const HOMES = [0, 1, 2]
const SUBNETS = Array.from({ length: 10 }, (_, subnet) => subnet)

/** Few addresses, so that they meet: IPv4, some of which cannot be blocked, and IPv6 of one site with enough of it to be widened. */
const HOSTS: readonly string[] = [
  ...Array.from({ length: 8 }, (_, host) => `8.8.8.${host}`),
  '8.8.9.1',
  '10.0.0.1',
  '192.0.2.1',
  '2a00:2::1',
  'fe80::1',
  ...HOMES.flatMap((home) => SUBNETS.map((subnet) => `2a00:1:0:${home}0${subnet}::1`)),
  '2a00:1:0:3::2',
]

const NETWORKS: readonly string[] = [
  '8.8.8.0/24',
  '8.8.8.0/30',
  '8.8.8.4/31',
  '8.8.8.1/32',
  '8.8.8.6/32',
  '8.8.8.0/22',
  '8.0.0.0/8',
  '9.9.9.9/32',
  '192.0.2.0/23',
  '2a00:1::/48',
  '2a00:1::/32',
  '2a00:1:0:3::/64',
  '2a00:1:0:3::1/128',
  '2a00:1:0:104::/62',
  '2a00:3::/40',
]

/** Addresses of which it is known whether they are to be blocked. */
export const PROBES: readonly string[] = [
  ...HOSTS,
  '8.8.8.200',
  '8.8.10.1',
  '8.9.0.1',
  '9.9.9.9',
  '9.9.9.1',
  '2a00:3::7',
  '4.4.4.4',
]

const hosts = fc
  .uniqueArray(fc.constantFrom(...HOSTS), { minLength: 1, maxLength: 12 })
  .map((texts) => Uint32Array.from(texts.flatMap((text) => [...packRange(text)!.words])))
const ranges = fc.uniqueArray(fc.constantFrom(...NETWORKS), { minLength: 1, maxLength: 3 })
const someRanges = fc.uniqueArray(fc.constantFrom(...NETWORKS), { maxLength: 3 })
const seconds = fc.constantFrom(1, 5, 60, 300, 3600, 900_000)
const ends = fc.oneof(
  fc.constant({}),
  seconds.map((each) => ({ expiresInMs: 1000 * each })),
)
const listNumber = fc.nat(6)
const publicList = fc.constantFrom('public deny', 'public allow')

export const drafts: fc.Arbitrary<Draft> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('report'),
      addresses: hosts,
      ttlSeconds: seconds,
      lateMs: fc.constantFrom(0, 0, 0, 900, 30_000, 86_400_000),
      dataset: fc.constantFrom('ABUSE', 'BOT'),
      tags: fc.constant([]),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('unban'), addresses: hosts }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('remove'),
      addresses: fc.oneof(
        { weight: 4, arbitrary: hosts },
        { weight: 1, arbitrary: fc.constant('all' as const) },
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({ ranges, ttlSeconds: fc.oneof(seconds, fc.constant(undefined)) })
      .map((rest) => ({ kind: 'allow', dataset: '', tags: [], ...rest })),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('disallow'), ranges }) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom('ALLOW', 'DENY'), ends).map(([listType, end]) => ({
      kind: 'list-create',
      listNumber: 0,
      listType,
      resourceType: 'CIDR',
      name: 'n',
      description: 'd',
      tags: [],
      maxLists: 100,
      ...end,
    })),
  },
  {
    weight: 5,
    arbitrary: fc
      .record({ listNumber, append: someRanges, remove: someRanges, end: ends })
      .map(({ end, ...rest }) => ({ kind: 'list-content', maxElements: 1000, ...rest, ...end })),
  },
  fc.record({ listNumber, end: ends }).map(({ end, ...rest }) => ({ kind: 'list-update', ...rest, ...end })),
  fc.record({ kind: fc.constant('list-delete'), listNumber }),
  fc.record({ kind: fc.constant('list-empty'), listNumber }),
  fc
    .record({ listId: publicList, status: fc.constantFrom('ACTIVE', 'ACTIVE', 'INACTIVE'), end: ends })
    .map(({ end, ...rest }) => ({ kind: 'public-list-select', ...rest, ...end })),
  fc.record({ kind: fc.constant('public-list-release'), listId: publicList }),
)

const PUBLIC_NETWORKS: Readonly<Record<string, readonly string[]>> = {
  'public deny': ['9.9.9.0/24', '8.8.8.6/32', '2a00:3::/48'],
  'public allow': ['8.8.8.2/32', '2a00:1:0:2::/64', '9.9.9.128/25'],
}

/** Two public lists; one network of each ends some minutes after the start. */
export const fakeCatalogue: PublicListCatalogue = {
  version: '1',
  list: () => (['DENY', 'ALLOW'] as const).map(infoOf),
  covers: () => false,
  networksOf: (listId) =>
    (PUBLIC_NETWORKS[listId] ?? []).map((text, index) => ({
      range: packRange(text)!,
      ...(index === 0 ? { expiresAtMs: startMs + 500_000 } : {}),
    })),
}

function infoOf(listType: 'DENY' | 'ALLOW'): PublicListInfo {
  const listId = `public ${listType.toLowerCase()}`
  return {
    listId,
    listType,
    resourceType: 'CIDR',
    name: listId,
    description: '',
    tags: [],
    createdAtMs: 0,
    updatedAtMs: 0,
  }
}
