import { type Address, AddressTable, unpackAddress, WORDS_PER_ADDRESS } from '../ip/index.ts'
import { SKIP_REASONS, type SkipReason } from './sighting.ts'

/** What became of an address: it was seen, or skipped for a reason. Within one run it is always the same. */
export type AddressFate = 'seen' | SkipReason

const FATES: readonly AddressFate[] = ['seen', ...SKIP_REASONS]
/** Small, as a run may read thousands of small files. */
const FIRST_CAPACITY = 64
const WORDS_PER_RECORD = WORDS_PER_ADDRESS + 1

/** Counts distinct addresses by their fate, in some 25 bytes each. Each has a row, 0 for the first. */
export class AddressCensus {
  #words = new Uint32Array(FIRST_CAPACITY * WORDS_PER_ADDRESS)
  #fates = new Uint8Array(FIRST_CAPACITY)
  #packedRows = 0
  readonly #counts = new Uint32Array(FATES.length)
  readonly #table = new AddressTable((row, word) => this.#words[row * WORDS_PER_ADDRESS + word] ?? 0)

  /** All distinct addresses. */
  get size(): number {
    return this.#table.size
  }

  /** Distinct addresses of one fate. */
  count(fate: AddressFate): number {
    return this.#counts[FATES.indexOf(fate)] ?? 0
  }

  /** @returns the row of a packed address, or -1 */
  rowOf(words: Uint32Array): number {
    return this.#table.find(words, 0)
  }

  /** @returns the row of the packed address, which is new if it is not there yet */
  add(words: Uint32Array, fate: AddressFate): number {
    return this.#add(words, FATES.indexOf(fate))
  }

  /** @param row 0 to `size` - 1, as for all that ask for a row */
  addressAt(row: number): Address {
    return unpackAddress(this.#words, row * WORDS_PER_ADDRESS)
  }

  fateAt(row: number): AddressFate {
    return FATES[this.#fates[row] ?? 0] ?? 'seen'
  }

  /** The addresses added since {@link notePacked}, for the disk; `undefined` when there are none. */
  packNew(): Uint8Array | undefined {
    const rows = this.#table.size - this.#packedRows
    if (rows === 0) return undefined
    const records = new Uint32Array(rows * WORDS_PER_RECORD)
    for (let i = 0; i < rows; i++) {
      const row = this.#packedRows + i
      const start = row * WORDS_PER_ADDRESS
      records.set(this.#words.subarray(start, start + WORDS_PER_ADDRESS), i * WORDS_PER_RECORD)
      records[i * WORDS_PER_RECORD + WORDS_PER_ADDRESS] = this.#fates[row] ?? 0
    }
    return new Uint8Array(records.buffer)
  }

  /** What {@link packNew} gave is on disk. */
  notePacked(): void {
    this.#packedRows = this.#table.size
  }

  /** Takes in what {@link packNew} gave, on this machine. */
  addPacked(bytes: Uint8Array): void {
    // a copy, as a blob of the database need not start at a multiple of four
    const records = new Uint32Array(Uint8Array.from(bytes).buffer)
    for (let start = 0; start < records.length; start += WORDS_PER_RECORD) {
      const record = records.subarray(start, start + WORDS_PER_RECORD)
      this.#add(record, record[WORDS_PER_ADDRESS] ?? 0)
    }
    this.notePacked()
  }

  #add(words: Uint32Array, fate: number): number {
    const known = this.#table.find(words, 0)
    if (known >= 0) return known
    const row = this.#table.size
    if (row === this.#fates.length) this.#grow()
    for (let word = 0; word < WORDS_PER_ADDRESS; word++) {
      this.#words[row * WORDS_PER_ADDRESS + word] = words[word] ?? 0
    }
    this.#fates[row] = fate
    this.#table.add(row)
    this.#counts[fate] = (this.#counts[fate] ?? 0) + 1
    return row
  }

  #grow(): void {
    const words = new Uint32Array(this.#words.length * 2)
    words.set(this.#words)
    this.#words = words
    const fates = new Uint8Array(this.#fates.length * 2)
    fates.set(this.#fates)
    this.#fates = fates
  }
}
