import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { boundsOf, disjointIntervals, intervalsInOrder, joinNetworks } from './intervals.ts'
import { parseRange } from './range.ts'

const network = fc
  .tuple(fc.constantFrom('10.1.2.', '10.1.3.'), fc.nat(255), fc.integer({ min: 22, max: 32 }))
  .map(([start, last, length]) => parseRange(`${start}${last}/${length}`) as string)
const ban = fc.record({ network, expiresAtMs: fc.constantFrom(100, 200, 300, Infinity) })

describe('disjoint intervals', () => {
  test('hold each address once, with the latest end of the ranges that cover it, and no other address', () => {
    fc.assert(
      fc.property(fc.array(ban, { maxLength: 12 }), (bans) => {
        const intervals = disjointIntervals(bans)
        const { first, last } = boundsOf('10.1.0.0/22')
        for (let address = first; address <= last; address++) {
          const ends = bans
            .filter((each) => holds(boundsOf(each.network), address))
            .map(({ expiresAtMs }) => expiresAtMs)
          const found = intervals.filter((interval) => holds(interval, address))
          expect(found.map(({ expiresAtMs }) => expiresAtMs)).toEqual(
            ends.length === 0 ? [] : [Math.max(...ends)],
          )
        }
      }),
      { numRuns: 40 },
    )
  })

  it('join neighbours that end together and keep the others apart', () => {
    const bans = ['10.0.0.0/25', '10.0.0.128/25', '10.0.1.0/24'].map((text, index) => ({
      network: text,
      expiresAtMs: index === 2 ? 2 : 1,
    }))
    expect(disjointIntervals(bans)).toEqual([
      { ...boundsOf('10.0.0.0/24'), expiresAtMs: 1 },
      { ...boundsOf('10.0.1.0/24'), expiresAtMs: 2 },
    ])
  })
})

function isThere<Item>(item: Item | undefined): item is Item {
  return item !== undefined
}

/** By first address, what holds others before them. */
function inOrder<Item>(items: readonly Item[], networkOf: (item: Item) => string): readonly Item[] {
  const sizeOf = (item: Item) => boundsOf(networkOf(item)).last - boundsOf(networkOf(item)).first
  return items.toSorted((left, right) => {
    const difference = boundsOf(networkOf(left)).first - boundsOf(networkOf(right)).first
    return Number(difference === 0n ? sizeOf(right) - sizeOf(left) : difference)
  })
}

describe('intervals in order', () => {
  test('hold what disjoint intervals hold, and come in order', () => {
    fc.assert(
      fc.property(fc.array(ban, { maxLength: 12 }), (bans) => {
        const found = [...intervalsInOrder(inOrder(bans, (each) => each.network))].filter(isThere)
        found
          .slice(1)
          .forEach((interval, index) => expect(interval.first).toBeGreaterThan(found[index]!.last))
        const endsOf = (intervals: readonly { first: bigint; last: bigint; expiresAtMs: number }[]) =>
          intervals.flatMap(({ first, last, expiresAtMs }) =>
            Array.from({ length: Number(last - first) + 1 }, (_, at) => [first + BigInt(at), expiresAtMs]),
          )
        expect(endsOf(found)).toEqual(endsOf(disjointIntervals(bans)))
      }),
    )
  })
})

describe('joined networks', () => {
  const v6 = fc
    .tuple(fc.nat(255), fc.integer({ min: 120, max: 128 }))
    .map(([last, length]) => parseRange(`2001:db8::${last.toString(16)}/${length}`) as string)
  /** So few that they often touch, or leave a single address between them. */
  const near = fc
    .tuple(fc.nat(15), fc.integer({ min: 29, max: 32 }))
    .map(([last, length]) => parseRange(`10.1.2.${last}/${length}`) as string)
  const networks = fc.oneof(
    fc.array(near, { maxLength: 6 }),
    fc.array(fc.oneof(network, v6), { maxLength: 20 }),
  )

  test('hold the same addresses and no other, in as few as there can be', () => {
    fc.assert(
      fc.property(networks, (some) => {
        const joined = [...joinNetworks(inOrder(some, (each) => each))].filter(isThere)
        const addressesOf = (texts: readonly string[]) => {
          const all = new Set<bigint>()
          for (const { first, last } of texts.map(boundsOf))
            for (let at = first; at <= last; at++) all.add(at)
          return all
        }
        const wanted = addressesOf(some)
        expect(addressesOf(joined)).toEqual(wanted)
        const sizes = joined.map(boundsOf).map(({ first, last }) => Number(last - first) + 1)
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(wanted.size)
        // none could be twice as large
        for (const { first, last } of joined.map(boundsOf)) {
          const size = last - first + 1n
          const wider = first & ~(2n * size - 1n)
          const isWhole = Array.from({ length: 2 * Number(size) }, (_, at) => wanted.has(wider + BigInt(at)))
          expect(isWhole).toContain(false)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('pause while many become one', () => {
    const many = Array.from({ length: 65_536 }, (_, at) => `10.0.${at >> 8}.${at & 255}/32`)
    const joined = [...joinNetworks(many)]
    expect(joined.filter(isThere)).toEqual(['10.0.0.0/16'])
    expect(joined.length).toBeGreaterThan(10)
    const held = many.map((text) => ({ network: text, expiresAtMs: 1 }))
    const intervals = [...intervalsInOrder([{ network: '10.0.0.0/8', expiresAtMs: 2 }, ...held])]
    expect(intervals.filter(isThere)).toHaveLength(1)
    expect(intervals.length).toBeGreaterThan(10)
  })

  it('never are of both families', () => {
    const joined = [...joinNetworks(['255.255.255.255/32', '0:0:0:0:1::/128'])]
    expect(joined).toEqual(['255.255.255.255/32', '0:0:0:0:1::/128'].map((text) => parseRange(text)))
    expect([...joinNetworks([])]).toEqual([])
    expect([...joinNetworks(['0.0.0.0/1', '128.0.0.0/1'])]).toEqual(['0.0.0.0/0'])
  })
})

function holds(interval: { first: bigint; last: bigint }, address: bigint): boolean {
  return interval.first <= address && address <= interval.last
}
