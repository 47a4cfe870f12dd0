import type { PackedAddresses } from '../../denylist/index.ts'
import { type Range, rangeText, WORDS_PER_ADDRESS } from '../../ip/index.ts'

const WHOLE_ADDRESS_BITS = 128

/** The range of one for each packed address, in their order. */
export function rangesOf(addresses: PackedAddresses): Range[] {
  return Array.from({ length: addresses.length / WORDS_PER_ADDRESS }, (_, index) => {
    const words = addresses.subarray(WORDS_PER_ADDRESS * index, WORDS_PER_ADDRESS * (index + 1))
    return rangeText({ words, prefixLength: WHOLE_ADDRESS_BITS })
  })
}
