import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { boundsOf, disjointIntervals } from './intervals.ts'
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

function holds(interval: { first: bigint; last: bigint }, address: bigint): boolean {
  return interval.first <= address && address <= interval.last
}
