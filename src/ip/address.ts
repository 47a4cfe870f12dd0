/** An IPv4 or IPv6 address in canonical text (dotted quad, or RFC 5952); only {@link parseAddress} makes one. */
export type Address = string & { readonly __brand: 'Address' }

/** Number of 32-bit words one packed address takes. */
export const WORDS_PER_ADDRESS = 4

const V4_MAPPED_PREFIX = 0xffff
const groups = new Uint16Array(8)

/**
 * Parses a dotted quad without leading zeros, or RFC 4291 IPv6 text (also with an embedded dotted quad).
 * Zone ids, ports, brackets, prefix lengths and surrounding space do not parse.
 * @returns the canonical text (an IPv4-mapped IPv6 address becomes the IPv4 one), or `undefined`
 */
export function parseAddress(text: string): Address | undefined {
  return packAddress(text, scratch, 0) ? unpackAddress(scratch, 0) : undefined
}

/**
 * Parses as {@link parseAddress} does, into four big-endian 32-bit words of the 128-bit form
 * (IPv4 as `::ffff:a.b.c.d`, RFC 4291 section 2.5.5.2).
 * @param offset index of the first word to write
 * @returns whether `text` is an address; if not, the words are undefined
 */
export function packAddress(text: string, words: Uint32Array, offset: number): boolean {
  const length = text.length
  if (length < 2 || length > 45) return false
  const quad = parseQuad(text, 0)
  if (quad >= 0) {
    words[offset] = 0
    words[offset + 1] = 0
    words[offset + 2] = V4_MAPPED_PREFIX
    words[offset + 3] = quad
    return true
  }
  if (!parseGroups(text)) return false
  for (let word = 0; word < WORDS_PER_ADDRESS; word++) {
    words[offset + word] = (group(2 * word) << 16) | group(2 * word + 1)
  }
  return true
}

/** The four words of one address, in an array of their own. */
export function wordsOf(address: Address): Uint32Array {
  const words = new Uint32Array(WORDS_PER_ADDRESS)
  packAddress(address, words, 0)
  return words
}

/** Canonical text of a packed address; the reverse of {@link packAddress}. */
export function unpackAddress(words: Uint32Array, offset: number): Address {
  if (isPackedIpv4(words, offset)) return ipv4Text(words[offset + 3] ?? 0)
  return groupsText(words, offset) as Address
}

/** The IPv4 address that is this number of 32 bits. */
export function ipv4Text(value: number): Address {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}` as Address
}

/** Whether the packed address is an IPv4 one. */
export function isPackedIpv4(words: Uint32Array, offset: number): boolean {
  return words[offset] === 0 && words[offset + 1] === 0 && words[offset + 2] === V4_MAPPED_PREFIX
}

/** Whether the address is an IPv4 one. */
export function isIpv4(address: Address): boolean {
  return !address.includes(':')
}

/** Orders packed addresses numerically, IPv4 (as `::ffff:0:0/96`) before all of 2000::/3. */
export function comparePacked(
  left: Uint32Array,
  leftOffset: number,
  right: Uint32Array,
  rightOffset: number,
): number {
  for (let word = 0; word < WORDS_PER_ADDRESS; word++) {
    const difference = (left[leftOffset + word] ?? 0) - (right[rightOffset + word] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

const scratch = new Uint32Array(WORDS_PER_ADDRESS)

function group(index: number): number {
  return groups[index] ?? 0
}

/** The 32-bit value of the dotted quad that fills `text` from `start` to its end, or -1. */
function parseQuad(text: string, start: number): number {
  let value = 0
  let octet = 0
  let digits = 0
  let dots = 0
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 48 && code <= 57) {
      if (digits > 0 && octet === 0) return -1
      octet = octet * 10 + code - 48
      if (++digits > 3 || octet > 255) return -1
    } else if (code === 46) {
      if (digits === 0 || ++dots > 3) return -1
      value = value * 256 + octet
      octet = 0
      digits = 0
    } else return -1
  }
  return dots === 3 && digits > 0 ? value * 256 + octet : -1
}

/** Parses IPv6 text into `groups`. */
function parseGroups(text: string): boolean {
  const length = text.length
  let count = 0
  let gap = -1
  let i = 0
  if (text.charCodeAt(0) === 58) {
    if (text.charCodeAt(1) !== 58) return false
    gap = 0
    i = 2
  }
  while (i < length) {
    if (count === 8) return false
    const start = i
    let value = 0
    for (; i < length; i++) {
      const digit = hexDigit(text.charCodeAt(i))
      if (digit < 0) break
      if (i - start === 4) return false
      value = value * 16 + digit
    }
    if (text.charCodeAt(i) === 46) {
      const quad = count <= 6 ? parseQuad(text, start) : -1
      if (quad < 0) return false
      groups[count++] = quad >>> 16
      groups[count++] = quad & 0xffff
      break
    }
    if (i === start) return false
    groups[count++] = value
    if (i === length) break
    if (text.charCodeAt(i) !== 58 || ++i === length) return false
    if (text.charCodeAt(i) === 58) {
      if (gap >= 0) return false
      gap = count
      i++
    }
  }
  return spreadGap(gap, count)
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  if (code >= 97 && code <= 102) return code - 87
  if (code >= 65 && code <= 70) return code - 55
  return -1
}

/** Moves the groups behind `::` to the end and zeroes what it stands for. */
function spreadGap(gap: number, count: number): boolean {
  if (gap < 0) return count === 8
  if (count === 8) return false
  const tail = count - gap
  groups.copyWithin(8 - tail, gap, count)
  groups.fill(0, gap, 8 - tail)
  return true
}

/** RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups as `::`. */
function groupsText(words: Uint32Array, offset: number): string {
  for (let word = 0; word < WORDS_PER_ADDRESS; word++) {
    groups[2 * word] = (words[offset + word] ?? 0) >>> 16
    groups[2 * word + 1] = (words[offset + word] ?? 0) & 0xffff
  }
  const { start, length } = longestZeroRun()
  if (length < 2) return hexGroups(0, 8)
  return `${hexGroups(0, start)}::${hexGroups(start + length, 8)}`
}

function longestZeroRun(): { start: number; length: number } {
  let best = { start: -1, length: 0 }
  for (let i = 0; i < 8; i++) {
    let end = i
    while (end < 8 && groups[end] === 0) end++
    if (end - i > best.length) best = { start: i, length: end - i }
    i = Math.max(i, end)
  }
  return best
}

function hexGroups(from: number, to: number): string {
  let text = ''
  for (let i = from; i < to; i++) text += (i > from ? ':' : '') + group(i).toString(16)
  return text
}
