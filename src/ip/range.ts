import { isPackedIpv4, packAddress, unpackAddress, WORDS_PER_ADDRESS } from './address.ts'

/** A network in canonical CIDR text (RFC 4632, RFC 4291): host bits zero, prefix length always written. */
export type Range = string & { readonly __brand: 'Range' }

/** A network as four words and a prefix length 0..128 in the 128-bit form (an IPv4 /24 is 120 here). */
export interface PackedRange {
  readonly words: Uint32Array
  readonly prefixLength: number
}

const V4_PREFIX_OFFSET = 96
const SHORTEST_LISTED_V4_PREFIX = V4_PREFIX_OFFSET + 8
const SHORTEST_LISTED_V6_PREFIX = 19

/**
 * Parses `ADDRESS` (a range of one) or `ADDRESS/LENGTH`; host bits are cleared.
 * @returns `undefined` when the address or the length (0..32, 0..128, no leading zeros or sign) does not parse
 */
export function parseRange(text: string): Range | undefined {
  const packed = packRange(text)
  return packed === undefined ? undefined : rangeText(packed)
}

/** Parses as {@link parseRange} does, into words. */
export function packRange(text: string): PackedRange | undefined {
  const slash = text.indexOf('/')
  const words = new Uint32Array(WORDS_PER_ADDRESS)
  if (!packAddress(slash < 0 ? text : text.slice(0, slash), words, 0)) return undefined
  const isV4Text = isPackedIpv4(words, 0) && !text.includes(':')
  const longest = isV4Text ? 32 : 128
  const length = slash < 0 ? longest : parseLength(text.slice(slash + 1), longest)
  if (length === undefined) return undefined
  const prefixLength = isV4Text ? length + V4_PREFIX_OFFSET : length
  clearHostBits(words, 0, prefixLength)
  return { words, prefixLength }
}

/** Canonical text of a packed range. */
export function rangeText(range: PackedRange): Range {
  const { words, prefixLength } = range
  const length = isIpv4Range(range) ? prefixLength - V4_PREFIX_OFFSET : prefixLength
  return `${unpackAddress(words, 0)}/${length}` as Range
}

/**
 * Whether a range is wider than /8 (IPv4) or /19 (IPv6): larger ones are given to nobody, so that on a list they are a slip
 * of the hand.
 */
export function isTooWideToList(range: PackedRange): boolean {
  const shortest = isIpv4Range(range) ? SHORTEST_LISTED_V4_PREFIX : SHORTEST_LISTED_V6_PREFIX
  return range.prefixLength < shortest
}

/** Zeroes all bits of the address at `offset` behind the first `prefixLength` (0..128). */
export function clearHostBits(words: Uint32Array, offset: number, prefixLength: number): void {
  for (let word = 0; word < WORDS_PER_ADDRESS; word++) {
    const kept = Math.min(32, Math.max(0, prefixLength - 32 * word))
    const mask = kept === 0 ? 0 : (0xffffffff << (32 - kept)) >>> 0
    words[offset + word] = (words[offset + word] ?? 0) & mask
  }
}

/** Whether the packed address lies in the range; no IPv6 range holds an IPv4 address, although `::/64` spans its packed form. */
export function rangeContains(range: PackedRange, words: Uint32Array, offset: number): boolean {
  if (range.prefixLength < V4_PREFIX_OFFSET && isPackedIpv4(words, offset)) return false
  for (let word = 0; word < WORDS_PER_ADDRESS; word++) {
    const kept = Math.min(32, range.prefixLength - 32 * word)
    if (kept <= 0) return true
    const difference = ((range.words[word] ?? 0) ^ (words[offset + word] ?? 0)) >>> 0
    if (kept === 32 ? difference !== 0 : difference >>> (32 - kept) !== 0) return false
  }
  return true
}

/** The two halves of a range, the lower first; a range of one address has none. */
export function halvesOf({
  words,
  prefixLength,
}: PackedRange): readonly [PackedRange, PackedRange] | undefined {
  if (prefixLength === 128) return undefined
  const upper = words.slice()
  const word = prefixLength >>> 5
  upper[word] = (upper[word] ?? 0) | (0x80000000 >>> (prefixLength & 31))
  return [
    { words, prefixLength: prefixLength + 1 },
    { words: upper, prefixLength: prefixLength + 1 },
  ]
}

/** Whether all addresses of the range are IPv4 ones. */
export function isIpv4Range({ words, prefixLength }: PackedRange): boolean {
  return prefixLength >= V4_PREFIX_OFFSET && isPackedIpv4(words, 0)
}

function parseLength(text: string, longest: number): number | undefined {
  if (!/^(0|[1-9][0-9]{0,2})$/.test(text)) return undefined
  const length = Number(text)
  return length <= longest ? length : undefined
}
