import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { packAddress, unpackAddress, WORDS_PER_ADDRESS } from './address.ts'
import {
  clearHostBits,
  isTooWideToList,
  type PackedRange,
  packRange,
  parseRange,
  rangeContains,
  rangeText,
} from './range.ts'

it.each([
  ['10.0.0.0/8', false],
  ['10.0.0.0/7', true],
  ['0.0.0.0/0', true],
  ['::ffff:0:0/96', true],
  ['192.0.2.7', false],
  ['2001:2000::/19', false],
  ['2001::/18', true],
  ['::/0', true],
])('a range may be too wide for a list: %s', (text, isTooWide) => {
  expect(isTooWideToList(packRange(text)!)).toBe(isTooWide)
})

describe('parseRange', () => {
  it.each([
    ['192.0.2.0/24', '192.0.2.0/24'],
    ['192.0.2.77/24', '192.0.2.0/24'],
    ['192.0.2.77', '192.0.2.77/32'],
    ['192.0.2.77/0', '0.0.0.0/0'],
    ['2001:DB8::1', '2001:db8::1/128'],
    ['2001:db8:ffff:ffff::1/33', '2001:db8:8000::/33'],
    ['::/0', '::/0'],
    ['::ffff:192.0.2.77/120', '192.0.2.0/24'],
    ['::ffff:0:0/96', '0.0.0.0/0'],
  ])('reads %s as %s', (text, canonical) => {
    expect(parseRange(text)).toBe(canonical)
  })

  it.each([
    '',
    '/24',
    '192.0.2.0/',
    '192.0.2.0/33',
    '2001:db8::/129',
    '192.0.2.0/024',
    '192.0.2.0/00',
    '192.0.2.0/-1',
    '192.0.2.0/+8',
    '192.0.2.0/8.0',
    '192.0.2.0/ 8',
    '192.0.2.0/24/24',
    '192.0.2.0/255.255.255.0',
    '192.0.2.0-192.0.2.9',
    '192.0.2/24',
    'fe80::%eth0/64',
  ])('refuses %j', (text) => {
    expect(parseRange(text)).toBeUndefined()
  })

  test('parsing what it printed changes nothing', () => {
    fc.assert(
      fc.property(anyRangeText, (text) => {
        const range = parseRange(text)
        expect(range).toBeDefined()
        expect(range && parseRange(range)).toBe(range)
      }),
    )
  })
})

describe('rangeContains', () => {
  it.each([
    ['192.0.2.0/24', '192.0.2.0', '192.0.2.255', '192.0.1.255', '192.0.3.0'],
    ['192.0.2.128/25', '192.0.2.128', '192.0.2.255', '192.0.2.127', '192.0.3.0'],
    ['192.0.2.7', '192.0.2.7', '192.0.2.7', '192.0.2.6', '192.0.2.8'],
    ['128.0.0.0/1', '128.0.0.0', '255.255.255.255', '127.255.255.255', '::'],
    ['2001:db8::/32', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', '2001:db7::', '2001:db9::'],
    ['2001:db8:0:8000::/49', '2001:db8:0:8000::', '2001:db8:0:ffff::1', '2001:db8:0:7fff::', '2001:db8:1::'],
  ])('%s holds %s and %s, not %s and %s', (range, first, last, before, behind) => {
    const holds = [first, last, before, behind].map((address) => contains(range, address))
    expect(holds).toEqual([true, true, false, false])
  })

  it.each(['::/0', '::/64', '::/80', '::ffff:0:0/95'])(
    'no IPv6 range holds an IPv4 address, not even %s, although IPv4 is packed inside it',
    (range) => {
      expect(contains(range, '192.0.2.1')).toBe(false)
    },
  )

  it('the range of all IPv4 addresses holds no IPv6 one', () => {
    expect(contains('0.0.0.0/0', '255.255.255.255')).toBe(true)
    expect(contains('0.0.0.0/0', '::fffe:ffff:ffff')).toBe(false)
    expect(contains('0.0.0.0/0', '::1:0:0:0')).toBe(false)
  })

  test('agrees with arithmetic on 128-bit numbers', () => {
    fc.assert(
      fc.property(anyWords, anyWords, fc.nat(128), fc.nat(128), (base, other, kept, shared) => {
        const range = { words: base.slice(), prefixLength: kept }
        clearHostBits(range.words, 0, kept)
        const near = joinAt(base, other, shared)
        const shift = BigInt(128 - kept)
        const isSame = toBigInt(range.words) >> shift === toBigInt(near) >> shift
        expect(rangeContains(range, near, 0)).toBe(isSame && familyOf(range) === familyOfAddress(near))
      }),
      { numRuns: 5_000 },
    )
  })

  test('a range holds its own first address', () => {
    fc.assert(
      fc.property(anyRangeText, (text) => {
        const range = packRange(text)
        expect(range).toBeDefined()
        expect(range && contains(rangeText(range), rangeText(range).split('/')[0] ?? '')).toBe(true)
      }),
    )
  })
})

describe('clearHostBits', () => {
  test('keeps the first bits and zeroes the rest', () => {
    fc.assert(
      fc.property(anyWords, fc.nat(128), (words, kept) => {
        const cleared = words.slice()
        clearHostBits(cleared, 0, kept)
        const shift = BigInt(128 - kept)
        expect(toBigInt(cleared)).toBe((toBigInt(words) >> shift) << shift)
      }),
    )
  })

  it('touches nothing but the address at the offset', () => {
    const words = new Uint32Array([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1])
    clearHostBits(words, WORDS_PER_ADDRESS, 0)
    expect([...words]).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1])
  })
})

const anyWords = fc.uint32Array({ minLength: WORDS_PER_ADDRESS, maxLength: WORDS_PER_ADDRESS })
const anyRangeText = fc.oneof(
  fc.tuple(fc.ipV4(), fc.nat(32)).map(([address, length]) => `${address}/${length}`),
  fc.tuple(fc.ipV6(), fc.nat(128)).map(([address, length]) => `${address}/${length}`),
  fc.ipV4(),
  fc.ipV6(),
)

function contains(rangeOrAddress: string, address: string): boolean {
  const range = packRange(rangeOrAddress)
  const words = new Uint32Array(WORDS_PER_ADDRESS)
  if (range === undefined || !packAddress(address, words, 0)) throw new TypeError('the test is wrong')
  return rangeContains(range, words, 0)
}

/** The first `shared` bits of one and the rest of the other. */
function joinAt(left: Uint32Array, right: Uint32Array, shared: number): Uint32Array {
  const head = left.slice()
  clearHostBits(head, 0, shared)
  const tail = right.slice()
  clearHostBits(tail, 0, shared)
  return head.map((word, index) => word | ((right[index] ?? 0) ^ (tail[index] ?? 0)))
}

function familyOf({ words, prefixLength }: PackedRange): 4 | 6 {
  return prefixLength >= 96 ? familyOfAddress(words) : 6
}

function familyOfAddress(words: Uint32Array): 4 | 6 {
  return unpackAddress(words, 0).includes(':') ? 6 : 4
}

function toBigInt(words: Uint32Array): bigint {
  return words.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n)
}
