import { comparePacked, isPackedIpv4, WORDS_PER_ADDRESS } from './address.ts'
import { halvesOf, isIpv4Range, type PackedRange } from './range.ts'

const ALL_ONES = 0xffffffff

/** Networks that must not be blocked, as they stand at one instant: it never changes. */
export class Shield {
  readonly #starts4: Uint32Array
  readonly #ends4: Uint32Array
  readonly #starts6: Uint32Array
  readonly #ends6: Uint32Array

  constructor(ranges: Iterable<PackedRange>) {
    const ordered = [...ranges].toSorted(
      (left, right) => comparePacked(left.words, 0, right.words, 0) || left.prefixLength - right.prefixLength,
    )
    const outermost4 = withoutNested(ordered.filter((range) => isIpv4Range(range)))
    const outermost6 = withoutNested(ordered.filter((range) => !isIpv4Range(range)))
    this.#starts4 = Uint32Array.from(outermost4, ({ words }) => words[3] ?? 0)
    this.#ends4 = Uint32Array.from(outermost4, (range) => lastOf(range)[3] ?? 0)
    this.#starts6 = Uint32Array.from(outermost6.flatMap(({ words }) => [...words]))
    this.#ends6 = Uint32Array.from(outermost6.flatMap((range) => [...lastOf(range)]))
  }

  /** Whether the packed address may not be blocked. */
  covers(words: Uint32Array, offset: number): boolean {
    if (isPackedIpv4(words, offset)) return this.covers4(words[offset + 3] ?? 0)
    const at = this.#lastStarting6(words, offset)
    return at >= 0 && comparePacked(this.#ends6, WORDS_PER_ADDRESS * at, words, offset) >= 0
  }

  /** As {@link covers}, for an IPv4 address as a number. */
  covers4(address: number): boolean {
    const at = this.#lastStarting4(address)
    return at >= 0 && (this.#ends4[at] ?? 0) >= address
  }

  /** Whether none, some or all addresses of a range may not be blocked; all of it perhaps counts as `some`. */
  shareOf(range: PackedRange): 'none' | 'some' | 'all' {
    const last = lastOf(range)
    if (isIpv4Range(range)) {
      const at = this.#lastStarting4(last[3] ?? 0)
      if (at < 0 || (this.#ends4[at] ?? 0) < (range.words[3] ?? 0)) return 'none'
      const isInside =
        (this.#starts4[at] ?? 0) <= (range.words[3] ?? 0) && (this.#ends4[at] ?? 0) >= (last[3] ?? 0)
      return isInside ? 'all' : 'some'
    }
    const at = this.#lastStarting6(last, 0)
    const offset = WORDS_PER_ADDRESS * at
    if (at < 0 || comparePacked(this.#ends6, offset, range.words, 0) < 0) return 'none'
    const isInside =
      comparePacked(this.#starts6, offset, range.words, 0) <= 0 &&
      comparePacked(this.#ends6, offset, last, 0) >= 0
    return isInside ? 'all' : 'some'
  }

  /** What is left of a range without what may not be blocked: the widest networks, lowest first. */
  remainderOf(range: PackedRange): readonly PackedRange[] {
    const share = this.shareOf(range)
    if (share === 'none') return [range]
    const halves = share === 'all' ? undefined : halvesOf(range)
    return halves === undefined ? [] : halves.flatMap((half) => this.remainderOf(half))
  }

  #lastStarting4(address: number): number {
    let low = 0
    let high = this.#starts4.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#starts4[middle] ?? 0) <= address) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  #lastStarting6(words: Uint32Array, offset: number): number {
    let low = 0
    let high = this.#starts6.length / WORDS_PER_ADDRESS
    while (low < high) {
      const middle = (low + high) >>> 1
      if (comparePacked(this.#starts6, WORDS_PER_ADDRESS * middle, words, offset) <= 0) low = middle + 1
      else high = middle
    }
    return low - 1
  }
}

/** Networks lie in one another or apart, never across: in order, what is nested follows what holds it. */
function withoutNested(ordered: readonly PackedRange[]): readonly PackedRange[] {
  const outermost: PackedRange[] = []
  let last: Uint32Array | undefined
  for (const range of ordered) {
    if (last !== undefined && comparePacked(range.words, 0, last, 0) <= 0) continue
    outermost.push(range)
    last = lastOf(range)
  }
  return outermost
}

function lastOf({ words, prefixLength }: PackedRange): Uint32Array {
  return words.map((word, index) => {
    const kept = Math.min(32, Math.max(0, prefixLength - 32 * index))
    return kept === 32 ? word : word | (ALL_ONES >>> kept)
  })
}
