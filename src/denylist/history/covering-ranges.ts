import { clearHostBits, isPackedIpv4, rangeText } from '../../ip/index.ts'

const WHOLE_ADDRESS_BITS = 128
/** The prefix length of all IPv4 addresses in the 128-bit form. */
const V4_PREFIX_OFFSET = 96

/**
 * The canonical texts of all ranges that hold the packed address, at most 129 of them: to look up each of millions of texts is
 * fifty times as fast as to parse it.
 */
export function coveringRanges(words: Uint32Array): ReadonlySet<string> {
  const ranges = new Set<string>()
  const first = words.slice()
  const widest = isPackedIpv4(words, 0) ? V4_PREFIX_OFFSET : 0
  for (let prefixLength = WHOLE_ADDRESS_BITS; prefixLength >= widest; prefixLength--) {
    clearHostBits(first, 0, prefixLength)
    ranges.add(rangeText({ words: first, prefixLength }))
  }
  return ranges
}
