import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { address } from '../../test/support/entries.ts'
import { packRange, parseRange, rangeContains, wordsOf } from '../ip/index.ts'
import { RangeIndex } from './range-index.ts'

const ranges = fc
  .tuple(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(128))
  .map(([text, length]) => parseRange(`${text}/${text.includes(':') ? length : length % 33}`) ?? '')
  .filter((range) => range !== '')

describe('an index of ranges', () => {
  test('finds exactly the ranges that hold an address, the narrowest first', () => {
    fc.assert(
      fc.property(fc.uniqueArray(ranges), fc.uniqueArray(ranges), fc.nat(), (all, deleted, pick) => {
        const index = new RangeIndex<string>()
        for (const range of [...all, ...deleted]) index.set(range, range)
        for (const range of deleted) expect(index.delete(range)).toBe(true)
        const left = all.filter((range) => !deleted.includes(range))
        const inside = (all[pick % Math.max(1, all.length)] ?? '8.8.8.8/32').split('/', 1)[0] ?? ''
        const words = wordsOf(address(inside))
        const expected = left.filter((range) => rangeContains(packRange(range)!, words, 0))
        const found = [...index.covering(words, 0)]
        expect(found.toSorted()).toEqual(expected.toSorted())
        const lengths = found.map((range) => packRange(range)!.prefixLength)
        expect(lengths).toEqual(lengths.toSorted((left_, right) => right - left_))
        expect([...index.values()].toSorted()).toEqual(left.toSorted())
      }),
    )
  })

  it('does not take IPv4 for a part of ::/0, which spans its packed form', () => {
    const index = new RangeIndex<string>()
    index.set('::/0', 'all of IPv6')
    expect([...index.covering(wordsOf(address('8.8.8.8')), 0)]).toEqual([])
    expect([...index.covering(wordsOf(address('2a00::1')), 0)]).toEqual(['all of IPv6'])
    expect(index.delete('::/0')).toBe(true)
    expect(index.delete('::/0')).toBe(false)
  })
})
