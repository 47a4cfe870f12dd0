import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isIpv4Range, type PackedRange, packRange, rangeContains, rangeText } from './range.ts'
import { Shield } from './shield.ts'

const range = (text: string): PackedRange => packRange(text)!

/** Networks within a few addresses, so that they meet. */
const networks = fc.oneof(
  fc
    .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 23, max: 32 }))
    .map(([last, length]) => range(`198.51.100.${last}/${length}`)),
  fc
    .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 118, max: 128 }))
    .map(([last, length]) => range(`2001:db8::${last.toString(16)}/${length}`)),
)

const addresses = Array.from({ length: 256 }, (_, last) => [
  range(`198.51.100.${last}`).words,
  range(`2001:db8::${last.toString(16)}`).words,
]).flat()

describe('a shield', () => {
  it('leaves exactly the addresses of a network that it does not cover, in disjoint networks', () => {
    fc.assert(
      fc.property(fc.array(networks, { maxLength: 12 }), networks, (shielded, denied) => {
        const left = new Shield(shielded).remainderOf(denied)
        for (const words of addresses) {
          const isWanted =
            rangeContains(denied, words, 0) && !shielded.some((each) => rangeContains(each, words, 0))
          expect(left.filter((each) => rangeContains(each, words, 0)).length).toBe(isWanted ? 1 : 0)
        }
      }),
    )
  })

  it('covers the addresses of its networks and no others', () => {
    fc.assert(
      fc.property(fc.array(networks, { maxLength: 12 }), (shielded) => {
        const shield = new Shield(shielded)
        for (const words of addresses)
          expect(shield.covers(words, 0)).toBe(shielded.some((each) => rangeContains(each, words, 0)))
      }),
    )
  })

  it('leaves the widest networks', () => {
    const left = new Shield([range('198.51.100.1')]).remainderOf(range('198.51.100.0/29'))
    expect(left.map((each) => rangeText(each))).toEqual([
      '198.51.100.0/32',
      '198.51.100.2/31',
      '198.51.100.4/30',
    ])
  })

  it('tells IPv4 addresses from IPv6 ranges that span their packed form', () => {
    const shield = new Shield([range('::/64')])
    expect(shield.covers(range('198.51.100.1').words, 0)).toBe(false)
    expect(shield.covers(range('::1').words, 0)).toBe(true)
    expect(shield.shareOf(range('198.51.100.0/24'))).toBe('none')
    expect(isIpv4Range(range('::/64'))).toBe(false)
  })
})
