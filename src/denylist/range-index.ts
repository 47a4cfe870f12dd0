import { clearHostBits, isPackedIpv4, packRange, rangeText, WORDS_PER_ADDRESS } from '../ip/index.ts'

/** The prefix length of all IPv4 addresses in the 128-bit form. */
const V4_PREFIX_OFFSET = 96

/** Values by range, kept by prefix length, so that a look-up costs one step a length in use. */
export class RangeIndex<Value> {
  readonly #valueByRangeByLength = new Map<number, Map<string, Value>>()
  #lengths: readonly number[] = []
  readonly #scratch = new Uint32Array(WORDS_PER_ADDRESS)

  get isEmpty(): boolean {
    return this.#lengths.length === 0
  }

  /** @param range canonical CIDR text, here and in the other methods */
  set(range: string, value: Value): void {
    const length = lengthOf(range)
    const values = this.#valueByRangeByLength.get(length)
    if (values !== undefined) {
      values.set(range, value)
      return
    }
    this.#valueByRangeByLength.set(length, new Map([[range, value]]))
    this.#sortLengths()
  }

  get(range: string): Value | undefined {
    return this.#valueByRangeByLength.get(lengthOf(range))?.get(range)
  }

  /** @returns whether the range was there */
  delete(range: string): boolean {
    const length = lengthOf(range)
    const values = this.#valueByRangeByLength.get(length)
    if (values?.delete(range) !== true) return false
    if (values.size > 0) return true
    this.#valueByRangeByLength.delete(length)
    this.#sortLengths()
    return true
  }

  /** What holds for the ranges that cover the packed address, the narrowest first; no IPv6 range covers an IPv4 address. */
  *covering(words: Uint32Array, offset: number): Iterable<Value> {
    const shortest = isPackedIpv4(words, offset) ? V4_PREFIX_OFFSET : 0
    for (const length of this.#lengths) {
      if (length < shortest) return
      this.#scratch.set(words.subarray(offset, offset + WORDS_PER_ADDRESS))
      clearHostBits(this.#scratch, 0, length)
      const range = rangeText({ words: this.#scratch, prefixLength: length })
      const value = this.#valueByRangeByLength.get(length)?.get(range)
      if (value !== undefined) yield value
    }
  }

  /** In no particular order; what is yielded may be deleted meanwhile. */
  *values(): Iterable<Value> {
    for (const values of this.#valueByRangeByLength.values()) yield* values.values()
  }

  #sortLengths(): void {
    this.#lengths = [...this.#valueByRangeByLength.keys()].toSorted((left, right) => right - left)
  }
}

function lengthOf(range: string): number {
  const packed = packRange(range)
  if (packed === undefined) throw new TypeError(`not a range: ${JSON.stringify(range)}`)
  return packed.prefixLength
}
