import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EntrySum } from './entry-sum.ts'

const C = [0x239b961b, 0xab0e9789, 0x38b34ae5, 0xa1e38b93] as const
const ADDED = [0x561ccd1b, 0x0bcaa747, 0x96cd1c35, 0x32ac3b17] as const

/** MurmurHash3_x86_128 with seed 0, written down byte by byte as its author describes it. */
function murmur(bytes: Uint8Array): string {
  const h = new Uint32Array(4)
  const k = new Uint32Array(4)
  const scramble = (lane: number, value: number) =>
    Math.imul(rotate(Math.imul(value, C[lane]!), 15 + lane), C[(lane + 1) % 4]!)
  const blocks = Math.floor(bytes.length / 16)
  for (let block = 0; block < blocks; block++) {
    for (let lane = 0; lane < 4; lane++) k[lane] = readWord(bytes, 16 * block + 4 * lane, 4)
    for (let lane = 0; lane < 4; lane++) {
      h[lane]! ^= scramble(lane, k[lane]!)
      h[lane] = Math.imul(rotate(h[lane]!, 19 - 2 * lane) + h[(lane + 1) % 4]!, 5) + ADDED[lane]!
    }
  }
  for (let lane = 3; lane >= 0; lane--) {
    const at = 16 * blocks + 4 * lane
    if (at < bytes.length) h[lane]! ^= scramble(lane, readWord(bytes, at, Math.min(4, bytes.length - at)))
  }
  for (let lane = 0; lane < 4; lane++) h[lane]! ^= bytes.length
  addAcross(h)
  for (let lane = 0; lane < 4; lane++) h[lane] = finalMix(h[lane]!)
  addAcross(h)
  return Array.from(h, (word) => word.toString(16).padStart(8, '0')).join('')
}

function addAcross(h: Uint32Array): void {
  for (let lane = 1; lane < 4; lane++) h[0]! += h[lane]!
  for (let lane = 1; lane < 4; lane++) h[lane]! += h[0]!
}

function readWord(bytes: Uint8Array, at: number, length: number): number {
  let word = 0
  for (let index = length - 1; index >= 0; index--) word = (word << 8) | bytes[at + index]!
  return word >>> 0
}

function rotate(value: number, bits: number): number {
  return ((value << bits) | (value >>> (32 - bits))) >>> 0
}

function finalMix(value: number): number {
  const first = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35)
  return (second ^ (second >>> 16)) >>> 0
}

const anyEntry = fc.record({
  words: fc.uint32Array({ minLength: 4, maxLength: 4 }),
  prefixLength: fc.integer({ min: 0, max: 128 }),
  part: fc.constantFrom(0, 1),
  expiresAtMs: fc.oneof(fc.integer({ min: 0, max: 2 ** 48 }), fc.constant(Number.POSITIVE_INFINITY)),
})

interface Entry {
  readonly words: Uint32Array
  readonly prefixLength: number
  readonly part: number
  readonly expiresAtMs: number
}

function bytesOf({ words, prefixLength, part, expiresAtMs }: Entry): Uint8Array {
  const end = Number.isFinite(expiresAtMs)
    ? [Math.floor(expiresAtMs / 2 ** 32), expiresAtMs % 2 ** 32]
    : [-1, -1]
  const bytes = Buffer.alloc(32)
  for (const [index, word] of [...words, prefixLength, part, ...end].entries())
    bytes.writeUInt32LE(word >>> 0, 4 * index)
  return bytes
}

function sumOf(entries: readonly Entry[]): string {
  const sum = new EntrySum()
  for (const { words, prefixLength, part, expiresAtMs } of entries)
    sum.add({ words, offset: 0, prefixLength }, part as 0 | 1, expiresAtMs)
  return String(sum)
}

describe('the checksum of entries', () => {
  it('is held against an implementation that gives the published values', () => {
    // from the documents of murmurhash3js
    const text = "I will not buy this tobacconist's, it is scratched."
    expect(murmur(Buffer.from(text))).toBe('9b5b7ba2ef3f7866889adeaf00f3f98e')
    expect(murmur(Buffer.from('The quick brown fox jumps over the lazy dog'))).toBe(
      '2f1583c3ecee2c675d7bf66ce5e91d2c',
    )
  })

  it('is MurmurHash3 of 32 bytes for one of them', () => {
    fc.assert(
      fc.property(anyEntry, (entry) => {
        expect(sumOf([entry])).toBe(murmur(bytesOf(entry)))
      }),
    )
  })

  it('does not depend on their order, and differs when one is missing', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { minLength: 1, maxLength: 9 }), (entries) => {
        expect(sumOf(entries.toReversed())).toBe(sumOf(entries))
        expect(sumOf(entries.slice(1))).not.toBe(sumOf(entries))
      }),
    )
  })

  it('takes an IPv4 address as a number', () => {
    const one = new EntrySum()
    one.addIpv4(0xc6336401, 1_790_000_000_000)
    expect(String(one)).toBe(
      sumOf([
        {
          words: Uint32Array.of(0, 0, 0xffff, 0xc6336401),
          prefixLength: 128,
          part: 0,
          expiresAtMs: 1_790_000_000_000,
        },
      ]),
    )
  })
})
