import { setImmediate as turn } from 'node:timers/promises'

const DIGIT_BITS = 16
const DIGITS = 1 << DIGIT_BITS
/** Items looked at without a pause; a millisecond or two. */
const STEP_ITEMS = 65_536

/**
 * Sorts by an unsigned 32-bit key, lowest first; items with the same key keep their order. In steps, so that others have their
 * turn: a million items take a few hundred milliseconds, and none of them in one go.
 * @param order indexes in any order; it is used up
 */
export async function sortInSteps(
  order: Uint32Array,
  keyOf: (index: number) => number,
): Promise<Uint32Array> {
  let from = order
  let to: Uint32Array | undefined
  for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
    const starts = await startsOfDigits(from, keyOf, shift)
    if (starts === undefined) continue
    to ??= new Uint32Array(order.length)
    for (let at = 0; at < from.length; at++) {
      if (at % STEP_ITEMS === STEP_ITEMS - 1) await turn()
      const index = from[at] ?? 0
      const digit = digitOf(keyOf(index), shift)
      const place = starts[digit] ?? 0
      to[place] = index
      starts[digit] = place + 1
    }
    const before = from
    from = to
    to = before
  }
  return from
}

/** Where the items with each digit begin; `undefined` when all have the same. */
async function startsOfDigits(
  order: Uint32Array,
  keyOf: (index: number) => number,
  shift: number,
): Promise<Uint32Array | undefined> {
  const counts = new Uint32Array(DIGITS)
  for (let at = 0; at < order.length; at++) {
    if (at % STEP_ITEMS === STEP_ITEMS - 1) await turn()
    const digit = digitOf(keyOf(order[at] ?? 0), shift)
    counts[digit] = (counts[digit] ?? 0) + 1
  }
  if (order.length === 0 || counts[digitOf(keyOf(order[0] ?? 0), shift)] === order.length) return undefined
  let start = 0
  for (let digit = 0; digit < DIGITS; digit++) {
    const count = counts[digit] ?? 0
    counts[digit] = start
    start += count
  }
  return counts
}

function digitOf(key: number, shift: number): number {
  return (key >>> shift) & (DIGITS - 1)
}
