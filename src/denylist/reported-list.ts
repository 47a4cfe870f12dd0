import { AddressTable, isPackedIpv4, WORDS_PER_ADDRESS } from '../ip/index.ts'
import { SiteIndex } from './decisions/site-index.ts'
import type { Stay } from './merge-report.ts'

/** Rows a chunk; small, so that an account with few entries costs little. */
const CHUNK_ROWS = 512
const CHUNK_SHIFT = 9
const ROW_MASK = CHUNK_ROWS - 1

/**
 * {@link CHUNK_ROWS} rows in one buffer, seen as two kinds of numbers. What belongs to a row lies together: a report touches
 * rows all over the memory, and each line of it that is not in the processor's cache costs more than all the rest.
 */
interface Chunk {
  readonly floats: Float64Array
  readonly words: Uint32Array
}

const ROW_BYTES = 48
const FLOATS_A_ROW = ROW_BYTES / Float64Array.BYTES_PER_ELEMENT
const WORDS_A_ROW = ROW_BYTES / Uint32Array.BYTES_PER_ELEMENT
/** Places in a row, of floats. */
const LAST_REPORT_MS = 0
const APPLIED_POSITION = 1
/** Places in a row, of words. */
const ADDRESS = 4
const TTL_SECONDS = 8
const TOTAL_REPORTS = 9
const LABEL_ID = 10
const STATE = 11

const IN_USE = 1
const DIRTY = 2

/**
 * One account's reported addresses in memory: 48 bytes a row and 5 to 11 for the hash table. A row keeps its number until
 * it is freed, so that readers may go on over several turns of the event loop.
 */
export class ReportedList {
  /** The rows of IPv6 addresses. */
  readonly sites = new SiteIndex()
  readonly #chunks: Chunk[] = []
  readonly #freeRows: number[] = []
  readonly #rowByAddress = new AddressTable((row, word) => this.#chunk(row).words[addressAt(row) + word] ?? 0)
  #rowsEnd = 0

  /** Rows in use, ended ones included until they are freed. */
  get size(): number {
    return this.#rowByAddress.size
  }

  /** One more than the highest row number ever used. */
  get rowsEnd(): number {
    return this.#rowsEnd
  }

  /** @returns the row of the address, or -1 */
  find(words: Uint32Array, offset: number): number {
    return this.#rowByAddress.find(words, offset)
  }

  /** Adds an address that is not in the list. @returns its row, clean, with label 0, not yet part of any operation */
  add(words: Uint32Array, offset: number): number {
    const row = this.#freeRows.pop() ?? this.#rowsEnd++
    if (row >> CHUNK_SHIFT === this.#chunks.length) this.#chunks.push(createChunk())
    const { words: rowWords, floats } = this.#chunk(row)
    const address = addressAt(row)
    for (let word = 0; word < WORDS_PER_ADDRESS; word++) rowWords[address + word] = words[offset + word] ?? 0
    rowWords[wordAt(row, STATE)] = IN_USE
    rowWords[wordAt(row, LABEL_ID)] = 0
    floats[floatAt(row, APPLIED_POSITION)] = 0
    this.#rowByAddress.add(row)
    if (!isPackedIpv4(words, offset)) this.sites.add(row, words, offset)
    return row
  }

  free(row: number): void {
    const { words } = this.#chunk(row)
    const address = addressAt(row)
    this.#rowByAddress.delete(words, address)
    if (!isPackedIpv4(words, address)) this.sites.delete(row, words, address)
    words[wordAt(row, STATE)] = 0
    this.#freeRows.push(row)
  }

  isInUse(row: number): boolean {
    return (this.#word(row, STATE) & IN_USE) !== 0
  }

  isDirty(row: number): boolean {
    return (this.#word(row, STATE) & DIRTY) !== 0
  }

  setDirty(row: number, isDirty: boolean): void {
    this.#chunk(row).words[wordAt(row, STATE)] = isDirty ? IN_USE | DIRTY : IN_USE
  }

  isIpv4(row: number): boolean {
    return isPackedIpv4(this.#chunk(row).words, addressAt(row))
  }

  stayOf(row: number): Stay {
    return {
      lastReportMs: this.#float(row, LAST_REPORT_MS),
      ttlSeconds: this.#word(row, TTL_SECONDS),
      totalReports: this.#word(row, TOTAL_REPORTS),
    }
  }

  setStay(row: number, stay: Stay): void {
    const { floats, words } = this.#chunk(row)
    floats[floatAt(row, LAST_REPORT_MS)] = stay.lastReportMs
    words[wordAt(row, TTL_SECONDS)] = stay.ttlSeconds
    words[wordAt(row, TOTAL_REPORTS)] = stay.totalReports
  }

  labelIdOf(row: number): number {
    return this.#word(row, LABEL_ID)
  }

  setLabelId(row: number, labelId: number): void {
    this.#chunk(row).words[wordAt(row, LABEL_ID)] = labelId
  }

  /** Position of the newest operation that is part of the row. */
  appliedPositionOf(row: number): number {
    return this.#float(row, APPLIED_POSITION)
  }

  setAppliedPosition(row: number, position: number): void {
    this.#chunk(row).floats[floatAt(row, APPLIED_POSITION)] = position
  }

  /** Epoch milliseconds; the row's address is listed until then. */
  endOf(row: number): number {
    return this.#float(row, LAST_REPORT_MS) + 1000 * this.#word(row, TTL_SECONDS)
  }

  /** Copies the address of the row to `target`. */
  copyWords(row: number, target: Uint32Array, offset: number): void {
    const { words } = this.#chunk(row)
    const address = addressAt(row)
    for (let word = 0; word < WORDS_PER_ADDRESS; word++) target[offset + word] = words[address + word] ?? 0
  }

  #word(row: number, place: number): number {
    return this.#chunk(row).words[wordAt(row, place)] ?? 0
  }

  #float(row: number, place: number): number {
    return this.#chunk(row).floats[floatAt(row, place)] ?? 0
  }

  #chunk(row: number): Chunk {
    const chunk = this.#chunks[row >> CHUNK_SHIFT]
    if (chunk === undefined) throw new RangeError(`no row ${row}`)
    return chunk
  }
}

function createChunk(): Chunk {
  const buffer = new ArrayBuffer(CHUNK_ROWS * ROW_BYTES)
  return { floats: new Float64Array(buffer), words: new Uint32Array(buffer) }
}

function wordAt(row: number, place: number): number {
  return WORDS_A_ROW * (row & ROW_MASK) + place
}

function floatAt(row: number, place: number): number {
  return FLOATS_A_ROW * (row & ROW_MASK) + place
}

function addressAt(row: number): number {
  return wordAt(row, ADDRESS)
}
