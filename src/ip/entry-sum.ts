/** What an end that never comes counts as: a part of 2^32 - 1 each, later than any time. */
const NEVER = 0xffffffff
const TWO_32 = 0x100000000
/** Bytes that are hashed of an entry. */
const LENGTH = 32
const C1 = 0x239b961b
const C2 = 0xab0e9789
const C3 = 0x38b34ae5
const C4 = 0xa1e38b93

/**
 * Adds up the hashes of entries, so that their order does not matter: each is MurmurHash3 (x86, 128 bits, seed 0) of 32 bytes, which are
 * eight 32-bit numbers, the least significant byte first: the four words of the address in its 128-bit form (most significant first), the prefix length there,
 * the part (0 or 1), and the two halves of the end. The sums of its four 32-bit words are kept apart, modulo 2^32.
 */
export class EntrySum {
  readonly #words = new Uint32Array(8)
  readonly #sum = new Uint32Array(4)
  readonly #state = new Uint32Array(4)

  /** @param part 0: an address, 1: a network of a list */
  add(
    { words, offset, prefixLength }: { words: Uint32Array; offset: number; prefixLength: number },
    part: 0 | 1,
    expiresAtMs: number,
  ): void {
    for (let word = 0; word < 4; word++) this.#words[word] = words[offset + word] ?? 0
    this.#addRest(prefixLength, part, expiresAtMs)
  }

  /** As {@link add}, for a single IPv4 address as a number. */
  addIpv4(address: number, expiresAtMs: number): void {
    this.#words[0] = 0
    this.#words[1] = 0
    this.#words[2] = 0xffff
    this.#words[3] = address
    this.#addRest(128, 0, expiresAtMs)
  }

  /** 32 hexadecimal digits. */
  toString(): string {
    return Array.from(this.#sum, (word) => word.toString(16).padStart(8, '0')).join('')
  }

  #addRest(prefixLength: number, part: number, expiresAtMs: number): void {
    const isEndless = expiresAtMs === Number.POSITIVE_INFINITY
    this.#words[4] = prefixLength
    this.#words[5] = part
    this.#words[6] = isEndless ? NEVER : Math.floor(expiresAtMs / TWO_32)
    this.#words[7] = isEndless ? NEVER : expiresAtMs % TWO_32
    this.#hash()
    for (let word = 0; word < 4; word++) this.#sum[word] = (this.#sum[word] ?? 0) + (this.#state[word] ?? 0)
  }

  #hash(): void {
    const words = this.#words
    let h1 = 0
    let h2 = 0
    let h3 = 0
    let h4 = 0
    for (let block = 0; block < 8; block += 4) {
      h1 ^= Math.imul(rotate(Math.imul(words[block] ?? 0, C1), 15), C2)
      h1 = (Math.imul((rotate(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0
      h2 ^= Math.imul(rotate(Math.imul(words[block + 1] ?? 0, C2), 16), C3)
      h2 = (Math.imul((rotate(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0
      h3 ^= Math.imul(rotate(Math.imul(words[block + 2] ?? 0, C3), 17), C4)
      h3 = (Math.imul((rotate(h3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0
      h4 ^= Math.imul(rotate(Math.imul(words[block + 3] ?? 0, C4), 18), C1)
      h4 = (Math.imul((rotate(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0
    }
    h1 = ((h1 ^ LENGTH) + (h2 ^ LENGTH) + (h3 ^ LENGTH) + (h4 ^ LENGTH)) | 0
    h2 = mixed(((h2 ^ LENGTH) + h1) | 0)
    h3 = mixed(((h3 ^ LENGTH) + h1) | 0)
    h4 = mixed(((h4 ^ LENGTH) + h1) | 0)
    h1 = (mixed(h1) + h2 + h3 + h4) | 0
    this.#state[0] = h1
    this.#state[1] = h2 + h1
    this.#state[2] = h3 + h1
    this.#state[3] = h4 + h1
  }
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}

function mixed(value: number): number {
  let h = value
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
