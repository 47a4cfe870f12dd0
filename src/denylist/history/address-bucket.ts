/** How finely a part's addresses may be spread over rows: 1, 32 or 1024 of them. */
export const BUCKET_BITS = [0, 5, 10] as const

/** A row is worth its overhead when it holds about so many addresses. */
const ADDRESSES_PER_ROW = 64

/** How finely so many addresses of one account are spread. */
export function bucketBitsFor(addresses: number): number {
  return BUCKET_BITS.find((bits) => addresses <= ADDRESSES_PER_ROW << bits) ?? BUCKET_BITS.at(-1) ?? 0
}

/** The bucket of a packed address. Stored: it must never change. */
export function bucketOf(words: Uint32Array, offset: number, bits: number): number {
  if (bits === 0) return 0
  let hash = words[offset + 3] ?? 0
  for (let word = 0; word < 3; word++) hash = Math.imul(hash ^ (words[offset + word] ?? 0), 0x85ebca6b)
  // the finish of MurmurHash3: neighbours end far from each other
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> (32 - bits)
}
