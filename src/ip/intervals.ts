import { unpackAddress, WORDS_PER_ADDRESS } from './address.ts'
import { packRange } from './range.ts'

const WORD_BITS = 32n
const ADDRESS_BITS = 128

/** Consecutive addresses until an instant in epoch milliseconds; IPv4 in the 128-bit form (`::ffff:a.b.c.d`). */
export interface Interval {
  readonly first: bigint
  readonly last: bigint
  readonly expiresAtMs: number
}

/**
 * Takes networks apart where they overlap, so that each address stands in one interval, with the latest end of those that
 * cover it: sets of intervals cannot hold one within another. Neighbours with the same end are joined.
 * @param networks canonical addresses or CIDR text
 * @returns disjoint, in order
 */
export function disjointIntervals(
  networks: Iterable<{ readonly network: string; readonly expiresAtMs: number }>,
): readonly Interval[] {
  const edges = [...networks]
    .flatMap(({ network, expiresAtMs }) => {
      const { first, last } = boundsOf(network)
      return [
        { at: first, expiresAtMs, opens: true },
        { at: last + 1n, expiresAtMs, opens: false },
      ]
    })
    .toSorted((left, right) => Number(left.at > right.at) - Number(left.at < right.at))
  const open = new Map<number, number>()
  const intervals: Interval[] = []
  let from = 0n
  for (const { at, expiresAtMs, opens } of edges) {
    if (open.size > 0 && at > from)
      append(intervals, { first: from, last: at - 1n, expiresAtMs: latestOf(open) })
    from = at
    const count = (open.get(expiresAtMs) ?? 0) + (opens ? 1 : -1)
    if (count === 0) open.delete(expiresAtMs)
    else open.set(expiresAtMs, count)
  }
  return intervals
}

/** First and last address of a network; IPv4 in the 128-bit form. */
export function boundsOf(network: string): { readonly first: bigint; readonly last: bigint } {
  const packed = packRange(network)
  if (packed === undefined) throw new TypeError(`not a network: ${JSON.stringify(network)}`)
  const first = bigintOf(packed.words)
  return { first, last: first | ((1n << BigInt(ADDRESS_BITS - packed.prefixLength)) - 1n) }
}

/** The 128 bits of a packed address. */
function bigintOf(words: Uint32Array): bigint {
  let value = 0n
  for (let word = 0; word < WORDS_PER_ADDRESS; word++) value = (value << WORD_BITS) | BigInt(words[word] ?? 0)
  return value
}

/** An interval as firewalls write it: one address, or the first and the last with a hyphen between. */
export function intervalText({ first, last }: Pick<Interval, 'first' | 'last'>): string {
  const [from, to] = [first, last].map((value) => unpackAddress(wordsOf(value), 0))
  return from === to ? `${from}` : `${from}-${to}`
}

/** The packed address of 128 bits. */
function wordsOf(value: bigint): Uint32Array {
  const words = new Uint32Array(WORDS_PER_ADDRESS)
  for (let word = 0; word < WORDS_PER_ADDRESS; word++) {
    words[word] = Number((value >> (WORD_BITS * BigInt(WORDS_PER_ADDRESS - 1 - word))) & 0xffffffffn)
  }
  return words
}

function append(intervals: Interval[], next: Interval): void {
  const before = intervals.at(-1)
  const isOne =
    before !== undefined && before.last + 1n === next.first && before.expiresAtMs === next.expiresAtMs
  if (isOne) intervals[intervals.length - 1] = { ...before, last: next.last }
  else intervals.push(next)
}

function latestOf(countByEnd: ReadonlyMap<number, number>): number {
  return Math.max(...countByEnd.keys())
}
