import { AddressTable, WORDS_PER_ADDRESS } from '../ip/index.ts'

const NONE = -1
const FIRST_CAPACITY = 64
const MOST_LABELS = 65_535

/** How it stands with what bouncers were told of a row. */
export const ROW = {
  free: 0,
  /** Nothing yet. */
  untold: 1,
  /** That it is to be blocked. */
  told: 2,
  /** That it is not any more, after the end that they knew of. */
  ended: 3,
  /** The same before that end. */
  released: 4,
} as const

type Column = Uint8Array | Uint16Array | Int32Array | Uint32Array | Float64Array

/** The networks that an account's bouncers were or are to be told of, in parallel arrays: 68 bytes each, and some 8 of an index. */
export class HandoutRows {
  words = new Uint32Array(WORDS_PER_ADDRESS * FIRST_CAPACITY)
  /** Of the 128-bit form. */
  prefixLengths = new Uint8Array(FIRST_CAPACITY)
  states = new Uint8Array(FIRST_CAPACITY)
  /** Until when it is to be blocked because of reports, and because of lists; 0: it is not. */
  addressEndMs = new Float64Array(FIRST_CAPACITY)
  networkEndMs = new Float64Array(FIRST_CAPACITY)
  addressLabels = new Uint16Array(FIRST_CAPACITY)
  networkLabels = new Uint16Array(FIRST_CAPACITY)
  /** Why it was told. */
  labels = new Uint16Array(FIRST_CAPACITY)
  /** The end that was told, or when it was told that there is nothing any more. */
  timesMs = new Float64Array(FIRST_CAPACITY)
  /** Position of the piece that tells of it last. */
  changedAt = new Float64Array(FIRST_CAPACITY)
  /** Position of the piece that tells last of another end of what is blocked. */
  movedAt = new Float64Array(FIRST_CAPACITY)
  readonly labelTexts: string[] = ['']
  /** The next row with the same first address and another length. */
  #next = new Int32Array(FIRST_CAPACITY)
  #end = 0
  readonly #free: number[] = []
  readonly #labelByText = new Map<string, number>([['', 0]])
  readonly #headByAddress = new AddressTable((row, word) => this.words[WORDS_PER_ADDRESS * row + word] ?? 0)

  /** One more than the highest number of a row. */
  get end(): number {
    return this.#end
  }

  get count(): number {
    return this.#end - this.#free.length
  }

  /** @returns the row of a network, or -1 */
  find(words: Uint32Array, offset: number, prefixLength: number): number {
    for (const row of this.#sameAddress(this.#headByAddress.find(words, offset)))
      if (this.prefixLengths[row] === prefixLength) return row
    return NONE
  }

  /** The row of a network, made where there is none. */
  take(words: Uint32Array, offset: number, prefixLength: number): number {
    const known = this.find(words, offset, prefixLength)
    if (known !== NONE) return known
    const row = this.#free.pop() ?? this.#add()
    for (let word = 0; word < WORDS_PER_ADDRESS; word++)
      this.words[WORDS_PER_ADDRESS * row + word] = words[offset + word] ?? 0
    this.prefixLengths[row] = prefixLength
    this.states[row] = ROW.untold
    for (const column of [this.addressEndMs, this.networkEndMs, this.timesMs, this.changedAt, this.movedAt])
      column[row] = 0
    const head = this.#headByAddress.find(words, offset)
    if (head === NONE) {
      this.#next[row] = NONE
      this.#headByAddress.add(row)
    } else {
      this.#next[row] = this.#next[head] ?? NONE
      this.#next[head] = row
    }
    return row
  }

  /** Lets go of a row that is in use. */
  free(row: number): void {
    const offset = WORDS_PER_ADDRESS * row
    const head = this.#headByAddress.find(this.words, offset)
    const next = this.#next[row] ?? NONE
    if (head === row) {
      this.#headByAddress.delete(this.words, offset)
      if (next !== NONE) this.#headByAddress.add(next)
    } else {
      for (const each of this.#sameAddress(head)) if (this.#next[each] === row) this.#next[each] = next
    }
    this.states[row] = ROW.free
    this.#free.push(row)
  }

  /** The other networks that begin with the same address. */
  *siblingsOf(row: number): Iterable<number> {
    const head = this.#headByAddress.find(this.words, WORDS_PER_ADDRESS * row)
    for (const each of this.#sameAddress(head)) if (each !== row) yield each
  }

  /** The number of a text; that of the empty one when there are too many. */
  labelOf(text: string): number {
    const known = this.#labelByText.get(text)
    if (known !== undefined) return known
    if (this.labelTexts.length > MOST_LABELS) return 0
    const label = this.labelTexts.push(text) - 1
    this.#labelByText.set(text, label)
    return label
  }

  *#sameAddress(head: number): Iterable<number> {
    for (let row = head; row !== NONE; row = this.#next[row] ?? NONE) yield row
  }

  #add(): number {
    const row = this.#end++
    if (row === this.states.length) this.#grow(2 * row)
    return row
  }

  #grow(capacity: number): void {
    this.words = copied(this.words, new Uint32Array(WORDS_PER_ADDRESS * capacity))
    this.prefixLengths = copied(this.prefixLengths, new Uint8Array(capacity))
    this.states = copied(this.states, new Uint8Array(capacity))
    this.addressEndMs = copied(this.addressEndMs, new Float64Array(capacity))
    this.networkEndMs = copied(this.networkEndMs, new Float64Array(capacity))
    this.addressLabels = copied(this.addressLabels, new Uint16Array(capacity))
    this.networkLabels = copied(this.networkLabels, new Uint16Array(capacity))
    this.labels = copied(this.labels, new Uint16Array(capacity))
    this.timesMs = copied(this.timesMs, new Float64Array(capacity))
    this.changedAt = copied(this.changedAt, new Float64Array(capacity))
    this.movedAt = copied(this.movedAt, new Float64Array(capacity))
    this.#next = copied(this.#next, new Int32Array(capacity))
  }
}

function copied<Of extends Column>(from: Of, to: Of): Of {
  to.set(from)
  return to
}
