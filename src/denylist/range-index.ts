import { clearHostBits, isPackedIpv4, type PackedRange, packRange, WORDS_PER_ADDRESS } from '../ip/index.ts'

/** The prefix length of all IPv4 addresses in the 128-bit form. */
const V4_PREFIX_OFFSET = 96

/** The first address of a range: an IPv4 one as its number, since each reported address is looked for. */
type Start = number | string

/** The ranges of one prefix length. */
interface Level<Value> {
  readonly prefixLength: number
  readonly valueByStart: Map<Start, Value>
}

/** Values by range, kept by prefix length, so that a look-up costs one step a length in use. */
export class RangeIndex<Value> {
  /** The narrowest ranges first. */
  #levels: readonly Level<Value>[] = []
  readonly #scratch = new Uint32Array(WORDS_PER_ADDRESS)

  get isEmpty(): boolean {
    return this.#levels.length === 0
  }

  /** @param range canonical CIDR text, here and in the other methods */
  set(range: string, value: Value): void {
    const { words, prefixLength } = packed(range)
    const known = this.#levelOf(prefixLength)
    const level = known ?? { prefixLength, valueByStart: new Map<Start, Value>() }
    level.valueByStart.set(startOf(words), value)
    if (known !== undefined) return
    this.#levels = [...this.#levels, level].toSorted((left, right) => right.prefixLength - left.prefixLength)
  }

  get(range: string): Value | undefined {
    const { words, prefixLength } = packed(range)
    return this.#levelOf(prefixLength)?.valueByStart.get(startOf(words))
  }

  /** @returns whether the range was there */
  delete(range: string): boolean {
    const { words, prefixLength } = packed(range)
    const level = this.#levelOf(prefixLength)
    if (level?.valueByStart.delete(startOf(words)) !== true) return false
    if (level.valueByStart.size === 0) this.#levels = this.#levels.filter((each) => each !== level)
    return true
  }

  /** What holds for the ranges that cover the packed address, the narrowest first; no IPv6 range covers an IPv4 address. */
  *covering(words: Uint32Array, offset: number): Iterable<Value> {
    const isIpv4 = isPackedIpv4(words, offset)
    const address = words[offset + WORDS_PER_ADDRESS - 1] ?? 0
    for (const { prefixLength, valueByStart } of this.#levels) {
      if (isIpv4 && prefixLength < V4_PREFIX_OFFSET) return
      const start = isIpv4
        ? startOfIpv4(address, prefixLength)
        : this.#startAround(words, offset, prefixLength)
      const value = valueByStart.get(start)
      if (value !== undefined) yield value
    }
  }

  /** In no particular order; what is yielded may be deleted meanwhile. */
  *values(): Iterable<Value> {
    for (const { valueByStart } of this.#levels) yield* valueByStart.values()
  }

  #levelOf(prefixLength: number): Level<Value> | undefined {
    return this.#levels.find((level) => level.prefixLength === prefixLength)
  }

  #startAround(words: Uint32Array, offset: number, prefixLength: number): Start {
    this.#scratch.set(words.subarray(offset, offset + WORDS_PER_ADDRESS))
    clearHostBits(this.#scratch, 0, prefixLength)
    return startOf(this.#scratch)
  }
}

function packed(range: string): PackedRange {
  const found = packRange(range)
  if (found === undefined) throw new TypeError(`not a range: ${JSON.stringify(range)}`)
  return found
}

/** @param words of the first address */
function startOf(words: Uint32Array): Start {
  return isPackedIpv4(words, 0) ? (words[WORDS_PER_ADDRESS - 1] ?? 0) : words.join()
}

function startOfIpv4(address: number, prefixLength: number): number {
  const bits = prefixLength - V4_PREFIX_OFFSET
  return bits === 0 ? 0 : (address & (0xffffffff << (32 - bits))) >>> 0
}
