import { isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import {
  comparePacked,
  isIpv4,
  isPackedIpv4,
  packAddress,
  parseAddress,
  unpackAddress,
  WORDS_PER_ADDRESS,
} from './address.ts'

/** All spellings of addresses: both families, upper case, leading zeros in groups, embedded quads. */
const anyAddressText = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.ipV6().map((text) => text.toUpperCase()),
  fc.ipV4().map((text) => `::ffff:${text}`),
)
/** One to three characters changed, added or taken away: what attackers and broken tools write. */
const nearlyAnAddress = fc
  .tuple(
    anyAddressText,
    fc.array(
      fc.record({
        at: fc.nat(45),
        taken: fc.nat(2),
        put: fc.string({
          unit: fc.constantFrom(...Array.from('0123456789abcdefABCDEF:./[] xg-')),
          maxLength: 2,
        }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map(([text, changes]) =>
    changes.reduce((changed, { at, taken, put }) => {
      const start = Math.min(at, changed.length)
      return changed.slice(0, start) + put + changed.slice(start + taken)
    }, text),
  )

describe('parseAddress', () => {
  it.each([
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['192.0.2.1', '192.0.2.1'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:DB8::ABCD', '2001:db8::abcd'],
    ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4:5:6:c000:201'],
    ['ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ])('reads %s as %s', (text, canonical) => {
    expect(parseAddress(text)).toBe(canonical)
  })

  it.each([
    ['the longest run of zeros is shortened', '2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['of runs of one length the first is shortened', '2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['a single zero group is not shortened', '2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['a run at the start is shortened', '0:0:0:1:2:3:4:5', '::1:2:3:4:5'],
    ['a run at the end is shortened', '1:2:3:4:5:0:0:0', '1:2:3:4:5::'],
    ['leading zeros of a group go', '2001:0db8::0001', '2001:db8::1'],
    ['letters are lower case', '2001:DB8::AAAA:BBBB', '2001:db8::aaaa:bbbb'],
  ])('prints as RFC 5952 asks: %s', (_rule, text, canonical) => {
    expect(parseAddress(text)).toBe(canonical)
  })

  it.each(['::ffff:192.0.2.1', '::FFFF:192.0.2.1', '::ffff:c000:201', '0:0:0:0:0:ffff:192.0.2.1'])(
    'takes the IPv4 address out of %s',
    (text) => {
      expect(parseAddress(text)).toBe('192.0.2.1')
    },
  )

  it.each(['::192.0.2.1', '::ffff:0:192.0.2.1', '1::ffff:192.0.2.1'])(
    'keeps %s an IPv6 address, since it is not IPv4-mapped',
    (text) => {
      const address = parseAddress(text)
      expect(address).toBeDefined()
      expect(address && isIpv4(address)).toBe(false)
    },
  )

  it.each([
    ['', 'nothing'],
    [' 192.0.2.1', 'space in front'],
    ['192.0.2.1\n', 'a line end'],
    ['010.1.1.1', 'a leading zero, octal to some'],
    ['192.0.2.01', 'a leading zero'],
    ['192.0.2', 'three octets'],
    ['192.0.2.1.5', 'five octets'],
    ['192.0.2.256', 'an octet too large'],
    ['192..2.1', 'an empty octet'],
    ['.192.0.2.1', 'a dot in front'],
    ['3221225985', 'an integer'],
    ['0xc0000201', 'hexadecimal'],
    ['192.0.2.1:22', 'a port'],
    ['192.0.2.1/32', 'a prefix length'],
    ['[2001:db8::1]', 'brackets'],
    ['fe80::1%eth0', 'a zone id'],
    ['2001:db8::1/128', 'a prefix length'],
    ['2001:db8:::1', 'three colons'],
    ['1::2::3', 'two gaps'],
    ['1:2:3:4:5:6:7', 'seven groups'],
    ['1:2:3:4:5:6:7:8:9', 'nine groups'],
    ['1:2:3:4:5:6:7::8', 'a gap that stands for nothing'],
    ['::1:2:3:4:5:6:7:8', 'a gap that stands for nothing'],
    ['12345::', 'a group too long'],
    ['g::', 'a letter that is no digit'],
    [':1', 'one colon in front'],
    ['1:', 'one colon behind'],
    ['::192.0.2', 'an embedded quad cut short'],
    ['::192.0.02.1', 'a leading zero in an embedded quad'],
    ['1:2:3:4:5:6:7:192.0.2.1', 'an embedded quad too many'],
    ['192.0.2.1::', 'a quad that is not at the end'],
    ['::ffff:192.0.2.1:1', 'a group behind the quad'],
    ['１92.0.2.1', 'a digit that is not ASCII'],
    ['example.org', 'a name'],
  ])('refuses %j: %s', (text) => {
    expect(parseAddress(text)).toBeUndefined()
  })

  it('refuses a text of any length without reading it whole', () => {
    expect(parseAddress('1'.repeat(10_000_000))).toBeUndefined()
  })

  test('agrees with net.isIP on spellings and on nearly right ones', () => {
    fc.assert(
      fc.property(fc.oneof(nearlyAnAddress, anyAddressText), (text) => {
        expect(parseAddress(text) !== undefined).toBe(isIP(text) !== 0)
      }),
      { numRuns: 20_000 },
    )
  })

  test('parsing what it printed changes nothing', () => {
    fc.assert(
      fc.property(anyAddressText, (text) => {
        const address = parseAddress(text)
        expect(address).toBeDefined()
        expect(address && parseAddress(address)).toBe(address)
      }),
      { numRuns: 5_000 },
    )
  })

  test('prints what the URL standard prints, but for IPv4-mapped addresses', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const address = parseAddress(text)
        fc.pre(address?.includes(':') === true)
        expect(`[${address}]`).toBe(new URL(`http://[${text}]/`).hostname)
      }),
      { numRuns: 5_000 },
    )
  })
})

describe('packed addresses', () => {
  const anyWords = fc
    .uint32Array({ minLength: WORDS_PER_ADDRESS, maxLength: WORDS_PER_ADDRESS })
    .chain((words) => fc.constantFrom(words, words.map(rareWord), ipv4Form(words)))

  test('printing and packing again gives the same words', () => {
    fc.assert(
      fc.property(anyWords, fc.nat(3), (words, offset) => {
        const packed = new Uint32Array(offset + WORDS_PER_ADDRESS)
        expect(packAddress(unpackAddress(words, 0), packed, offset)).toBe(true)
        expect(packed.subarray(offset)).toEqual(words)
      }),
      { numRuns: 5_000 },
    )
  })

  test('the order is that of the 128-bit numbers', () => {
    fc.assert(
      fc.property(anyWords, anyWords, (left, right) => {
        const difference = toBigInt(left) - toBigInt(right)
        const sign = Number(difference > 0n) - Number(difference < 0n)
        expect(Math.sign(comparePacked(left, 0, right, 0))).toBe(sign)
      }),
    )
  })

  test('text and words agree on the family', () => {
    fc.assert(
      fc.property(anyWords, (words) => {
        expect(isIpv4(unpackAddress(words, 0))).toBe(isPackedIpv4(words, 0))
      }),
    )
  })
})

/** Many zeros, so that runs of zero groups come up. */
function rareWord(word: number): number {
  const zeroed = [0, 0xffff, 0xffff0000, 0xffffffff][word % 4] ?? 0
  return (word & zeroed) >>> 0
}

function ipv4Form(words: Uint32Array): Uint32Array {
  return new Uint32Array([0, 0, 0xffff, words[3] ?? 0])
}

function toBigInt(words: Uint32Array): bigint {
  return words.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n)
}
