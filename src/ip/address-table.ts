import { WORDS_PER_ADDRESS } from './address.ts'

/** A slot holds the number of its row and one more, so that new memory, which the system hands out zeroed, need not be written. */
const FREE = 0
/** In slots that are being left: was deleted meanwhile. */
const GONE = 0xffffffff
const SMALLEST_CAPACITY = 16
/** Above this share of used slots linear probing grows slow. */
const LARGEST_LOAD = 0.75
/** Up to here slots are moved in one go: a millisecond or two. */
const MOVED_AT_ONCE = 16_384
/** Slots that each address added moves out of the old ones; two would be enough to be done before the table is full again. */
const MOVED_A_STEP = 16

/** Slots that are being left for twice as many. Those before `next` are in the new ones as well. */
interface Leaving {
  readonly slots: Uint32Array
  next: number
}

/**
 * Finds rows by packed address. The addresses themselves stay where the rows are (`wordsAt`), so a slot costs four bytes:
 * open addressing with linear probing and backward-shift deletion, capacity a power of two, load at most 0.75. A large table
 * grows in steps, a few slots with each address added: all at once would take a second for some millions.
 * Holds up to 2^31 rows; row numbers are 0..0xfffffffd.
 */
export class AddressTable {
  #slots = new Uint32Array(SMALLEST_CAPACITY)
  #mask = SMALLEST_CAPACITY - 1
  #size = 0
  #leaving: Leaving | undefined
  readonly #wordAt: (row: number, word: number) => number

  /** @param wordAt word 0..3 of the address that stands in `row`; must not change while the row is in the table */
  constructor(wordAt: (row: number, word: number) => number) {
    this.#wordAt = wordAt
  }

  get size(): number {
    return this.#size
  }

  /** @returns the row of the address, or -1 */
  find(words: Uint32Array, offset: number): number {
    const value = this.#slots[this.#slotOf(this.#slots, words, offset)] ?? FREE
    if (value !== FREE) return value - 1
    if (this.#leaving === undefined) return -1
    const { slots } = this.#leaving
    return (slots[this.#slotOf(slots, words, offset)] ?? FREE) - 1
  }

  /** Adds a row whose address is not in the table yet; its words must already stand where `wordAt` reads them. */
  add(row: number): void {
    if (this.#leaving !== undefined) this.#move(this.#leaving, MOVED_A_STEP)
    if (this.#size + 1 > this.#slots.length * LARGEST_LOAD) this.#grow()
    this.#place(row + 1)
    this.#size++
  }

  /** Takes the address out; nothing happens when it is not there. */
  delete(words: Uint32Array, offset: number): void {
    const isInNew = this.#deleteFrom(words, offset)
    const isInOld = this.#leaving !== undefined && this.#markGone(this.#leaving, words, offset)
    if (isInNew || isInOld) this.#size--
  }

  #deleteFrom(words: Uint32Array, offset: number): boolean {
    let hole = this.#slotOf(this.#slots, words, offset)
    if (this.#slots[hole] === FREE) return false
    for (let slot = (hole + 1) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const value = this.#slots[slot] ?? FREE
      if (value === FREE) break
      const home = this.#homeOf(value - 1)
      if (((slot - home) & this.#mask) < ((slot - hole) & this.#mask)) continue
      this.#slots[hole] = value
      hole = slot
    }
    this.#slots[hole] = FREE
    return true
  }

  /** Nothing is shifted there: it would get past what is moved already. */
  #markGone({ slots }: Leaving, words: Uint32Array, offset: number): boolean {
    const slot = this.#slotOf(slots, words, offset)
    if (slots[slot] === FREE) return false
    slots[slot] = GONE
    return true
  }

  /** The slot of the address, or the free one where it would stand. */
  #slotOf(slots: Uint32Array, words: Uint32Array, offset: number): number {
    const a = words[offset] ?? 0
    const b = words[offset + 1] ?? 0
    const c = words[offset + 2] ?? 0
    const d = words[offset + 3] ?? 0
    const mask = slots.length - 1
    for (let slot = hash(a, b, c, d) & mask; ; slot = (slot + 1) & mask) {
      const value = slots[slot] ?? FREE
      if (value === FREE) return slot
      if (
        value !== GONE &&
        this.#wordAt(value - 1, 3) === d &&
        this.#wordAt(value - 1, 2) === c &&
        this.#wordAt(value - 1, 1) === b &&
        this.#wordAt(value - 1, 0) === a
      ) {
        return slot
      }
    }
  }

  #homeOf(row: number): number {
    return (
      hash(this.#wordAt(row, 0), this.#wordAt(row, 1), this.#wordAt(row, 2), this.#wordAt(row, 3)) &
      this.#mask
    )
  }

  #place(value: number): void {
    let slot = this.#homeOf(value - 1)
    while (this.#slots[slot] !== FREE) slot = (slot + 1) & this.#mask
    this.#slots[slot] = value
  }

  #grow(): void {
    // long done, since an address moves more slots than it takes; but two at a time would be one too many
    if (this.#leaving !== undefined) this.#move(this.#leaving, Number.POSITIVE_INFINITY)
    const leaving = { slots: this.#slots, next: 0 }
    this.#slots = new Uint32Array(leaving.slots.length * 2)
    this.#mask = this.#slots.length - 1
    this.#leaving = leaving
    if (leaving.slots.length <= MOVED_AT_ONCE) this.#move(leaving, Number.POSITIVE_INFINITY)
  }

  #move(leaving: Leaving, count: number): void {
    const { slots } = leaving
    const end = Math.min(slots.length, leaving.next + count)
    for (let slot = leaving.next; slot < end; slot++) {
      const value = slots[slot] ?? FREE
      if (value !== FREE && value !== GONE) this.#place(value)
    }
    leaving.next = end
    if (end === slots.length) this.#leaving = undefined
  }
}

/** Mixes all 128 bits; an attacker who owns an IPv6 /64 must not be able to line up collisions, hence the seed. */
const seed = crypto.getRandomValues(new Uint32Array(WORDS_PER_ADDRESS))

function hash(a: number, b: number, c: number, d: number): number {
  let h = (seed[0] ?? 0) ^ d
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b) ^ c
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35) ^ (b + (seed[1] ?? 0))
  h = Math.imul(h ^ (h >>> 15), 0x27d4eb2f) ^ (a + (seed[2] ?? 0))
  h = Math.imul(h ^ (h >>> 16), 0x9e3779b1)
  h = Math.imul(h ^ (h >>> 13), 0x2c1b3c6d)
  return (h ^ (h >>> 16)) >>> 0
}
