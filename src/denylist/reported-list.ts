import { AddressTable, isPackedIpv4, WORDS_PER_ADDRESS } from '../ip/index.ts'
import { SiteIndex } from './decisions/site-index.ts'
import type { Stay } from './merge-report.ts'

/** Rows a chunk; small, so that an account with few entries costs little. */
const CHUNK_ROWS = 512
const CHUNK_SHIFT = 9
const ROW_MASK = CHUNK_ROWS - 1

/** The columns of {@link CHUNK_ROWS} rows, in one buffer. */
interface Chunk {
  readonly lastReportMs: Float64Array
  readonly appliedPosition: Float64Array
  readonly words: Uint32Array
  readonly ttlSeconds: Uint32Array
  readonly totalReports: Uint32Array
  readonly labelId: Uint32Array
  readonly state: Uint8Array
}

const IN_USE = 1
const DIRTY = 2

/**
 * One account's reported addresses in memory: 45 bytes a row and 5 to 11 for the hash table. A row keeps its number until
 * it is freed, so that readers may go on over several turns of the event loop.
 */
export class ReportedList {
  /** The rows of IPv6 addresses. */
  readonly sites = new SiteIndex()
  readonly #chunks: Chunk[] = []
  readonly #freeRows: number[] = []
  readonly #rowByAddress = new AddressTable(
    (row, word) => this.#chunk(row).words[WORDS_PER_ADDRESS * (row & ROW_MASK) + word] ?? 0,
  )
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
    const chunk = this.#chunk(row)
    const at = row & ROW_MASK
    chunk.words.set(words.subarray(offset, offset + WORDS_PER_ADDRESS), WORDS_PER_ADDRESS * at)
    chunk.state[at] = IN_USE
    chunk.labelId[at] = 0
    chunk.appliedPosition[at] = 0
    this.#rowByAddress.add(row)
    if (!isPackedIpv4(words, offset)) this.sites.add(row, words, offset)
    return row
  }

  free(row: number): void {
    const chunk = this.#chunk(row)
    const offset = WORDS_PER_ADDRESS * (row & ROW_MASK)
    this.#rowByAddress.delete(chunk.words, offset)
    if (!isPackedIpv4(chunk.words, offset)) this.sites.delete(row, chunk.words, offset)
    chunk.state[row & ROW_MASK] = 0
    this.#freeRows.push(row)
  }

  isInUse(row: number): boolean {
    return ((this.#chunk(row).state[row & ROW_MASK] ?? 0) & IN_USE) !== 0
  }

  isDirty(row: number): boolean {
    return ((this.#chunk(row).state[row & ROW_MASK] ?? 0) & DIRTY) !== 0
  }

  setDirty(row: number, isDirty: boolean): void {
    this.#chunk(row).state[row & ROW_MASK] = isDirty ? IN_USE | DIRTY : IN_USE
  }

  isIpv4(row: number): boolean {
    return isPackedIpv4(this.#chunk(row).words, WORDS_PER_ADDRESS * (row & ROW_MASK))
  }

  stayOf(row: number): Stay {
    const chunk = this.#chunk(row)
    const at = row & ROW_MASK
    return {
      lastReportMs: chunk.lastReportMs[at] ?? 0,
      ttlSeconds: chunk.ttlSeconds[at] ?? 0,
      totalReports: chunk.totalReports[at] ?? 0,
    }
  }

  setStay(row: number, stay: Stay): void {
    const chunk = this.#chunk(row)
    const at = row & ROW_MASK
    chunk.lastReportMs[at] = stay.lastReportMs
    chunk.ttlSeconds[at] = stay.ttlSeconds
    chunk.totalReports[at] = stay.totalReports
  }

  labelIdOf(row: number): number {
    return this.#chunk(row).labelId[row & ROW_MASK] ?? 0
  }

  setLabelId(row: number, labelId: number): void {
    this.#chunk(row).labelId[row & ROW_MASK] = labelId
  }

  /** Position of the newest operation that is part of the row. */
  appliedPositionOf(row: number): number {
    return this.#chunk(row).appliedPosition[row & ROW_MASK] ?? 0
  }

  setAppliedPosition(row: number, position: number): void {
    this.#chunk(row).appliedPosition[row & ROW_MASK] = position
  }

  /** Epoch milliseconds; the row's address is listed until then. */
  endOf(row: number): number {
    const chunk = this.#chunk(row)
    const at = row & ROW_MASK
    return (chunk.lastReportMs[at] ?? 0) + 1000 * (chunk.ttlSeconds[at] ?? 0)
  }

  /** Copies the address of the row to `target`. */
  copyWords(row: number, target: Uint32Array, offset: number): void {
    const at = WORDS_PER_ADDRESS * (row & ROW_MASK)
    const { words } = this.#chunk(row)
    for (let word = 0; word < WORDS_PER_ADDRESS; word++) target[offset + word] = words[at + word] ?? 0
  }

  #chunk(row: number): Chunk {
    const chunk = this.#chunks[row >> CHUNK_SHIFT]
    if (chunk === undefined) throw new RangeError(`no row ${row}`)
    return chunk
  }
}

function createChunk(): Chunk {
  const buffer = new ArrayBuffer(CHUNK_ROWS * (8 + 8 + 16 + 4 + 4 + 4 + 1))
  let at = 0
  const take = (bytesPerRow: number): number => {
    const start = at
    at += CHUNK_ROWS * bytesPerRow
    return start
  }
  return {
    lastReportMs: new Float64Array(buffer, take(8), CHUNK_ROWS),
    appliedPosition: new Float64Array(buffer, take(8), CHUNK_ROWS),
    words: new Uint32Array(buffer, take(16), WORDS_PER_ADDRESS * CHUNK_ROWS),
    ttlSeconds: new Uint32Array(buffer, take(4), CHUNK_ROWS),
    totalReports: new Uint32Array(buffer, take(4), CHUNK_ROWS),
    labelId: new Uint32Array(buffer, take(4), CHUNK_ROWS),
    state: new Uint8Array(buffer, take(1), CHUNK_ROWS),
  }
}
