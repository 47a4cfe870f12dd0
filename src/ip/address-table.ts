import { WORDS_PER_ADDRESS } from './address.ts'

const FREE = 0xffffffff
const SMALLEST_CAPACITY = 16
/** Above this share of used slots linear probing grows slow. */
const LARGEST_LOAD = 0.75

/**
 * Finds rows by packed address. The addresses themselves stay where the rows are (`wordsAt`), so a slot costs four bytes:
 * open addressing with linear probing and backward-shift deletion, capacity a power of two, load at most 0.75.
 * Holds up to 2^31 rows; row numbers are 0..0xfffffffe.
 */
export class AddressTable {
  #slots = new Uint32Array(SMALLEST_CAPACITY).fill(FREE)
  #mask = SMALLEST_CAPACITY - 1
  #size = 0
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
    const slot = this.#slotOf(words, offset)
    const row = this.#slots[slot] ?? FREE
    return row === FREE ? -1 : row
  }

  /** Adds a row whose address is not in the table yet; its words must already stand where `wordAt` reads them. */
  add(row: number): void {
    if (this.#size + 1 > this.#slots.length * LARGEST_LOAD) this.#grow()
    this.#place(row)
    this.#size++
  }

  /** Takes the address out; nothing happens when it is not there. */
  delete(words: Uint32Array, offset: number): void {
    let hole = this.#slotOf(words, offset)
    if (this.#slots[hole] === FREE) return
    for (let slot = (hole + 1) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const row = this.#slots[slot] ?? FREE
      if (row === FREE) break
      const home = this.#homeOf(row)
      if (((slot - home) & this.#mask) < ((slot - hole) & this.#mask)) continue
      this.#slots[hole] = row
      hole = slot
    }
    this.#slots[hole] = FREE
    this.#size--
  }

  #slotOf(words: Uint32Array, offset: number): number {
    const a = words[offset] ?? 0
    const b = words[offset + 1] ?? 0
    const c = words[offset + 2] ?? 0
    const d = words[offset + 3] ?? 0
    for (let slot = hash(a, b, c, d) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const row = this.#slots[slot] ?? FREE
      if (row === FREE) return slot
      if (
        this.#wordAt(row, 3) === d &&
        this.#wordAt(row, 2) === c &&
        this.#wordAt(row, 1) === b &&
        this.#wordAt(row, 0) === a
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

  #place(row: number): void {
    let slot = this.#homeOf(row)
    while (this.#slots[slot] !== FREE) slot = (slot + 1) & this.#mask
    this.#slots[slot] = row
  }

  #grow(): void {
    const rows = this.#slots
    this.#slots = new Uint32Array(rows.length * 2).fill(FREE)
    this.#mask = this.#slots.length - 1
    for (const row of rows) if (row !== FREE) this.#place(row)
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
