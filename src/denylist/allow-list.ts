import { clearHostBits, packRange, rangeText, WORDS_PER_ADDRESS } from '../ip/index.ts'
import type { AllowRow } from './ports.ts'

/** One account's allowlist: ranges by prefix length, so that a look-up costs one step a length in use. */
export class AllowList {
  readonly #rowByRangeByLength = new Map<number, Map<string, AllowRow>>()
  #lengths: readonly number[] = []
  readonly #scratch = new Uint32Array(WORDS_PER_ADDRESS)

  /** Adds the range or replaces it. */
  set(row: AllowRow): void {
    const length = lengthOf(row.range)
    const rows = this.#rowByRangeByLength.get(length) ?? new Map<string, AllowRow>()
    rows.set(row.range, row)
    this.#rowByRangeByLength.set(length, rows)
    this.#sortLengths()
  }

  /** @returns the row of exactly this range, unless it has expired at `nowMs` */
  inForce(range: string, nowMs: number): AllowRow | undefined {
    const row = this.#rowByRangeByLength.get(lengthOf(range))?.get(range)
    return row !== undefined && isInForce(row, nowMs) ? row : undefined
  }

  delete(range: string): void {
    const length = lengthOf(range)
    const rows = this.#rowByRangeByLength.get(length)
    if (rows?.delete(range) !== true) return
    if (rows.size === 0) this.#rowByRangeByLength.delete(length)
    this.#sortLengths()
  }

  /** @returns the narrowest range that covers the packed address and has not expired at `nowMs` */
  covering(words: Uint32Array, offset: number, nowMs: number): AllowRow | undefined {
    for (const length of this.#lengths) {
      this.#scratch.set(words.subarray(offset, offset + WORDS_PER_ADDRESS))
      clearHostBits(this.#scratch, 0, length)
      const row = this.#rowByRangeByLength
        .get(length)
        ?.get(rangeText({ words: this.#scratch, prefixLength: length }))
      if (row !== undefined && isInForce(row, nowMs)) return row
    }
    return undefined
  }

  /** All ranges in force at `nowMs`. */
  *list(nowMs: number): Iterable<AllowRow> {
    for (const rows of this.#rowByRangeByLength.values()) {
      for (const row of rows.values()) if (isInForce(row, nowMs)) yield row
    }
  }

  /** Forgets what expired before `nowMs`. */
  sweep(nowMs: number): void {
    for (const rows of this.#rowByRangeByLength.values()) {
      for (const row of rows.values()) if (!isInForce(row, nowMs)) this.delete(row.range)
    }
  }

  #sortLengths(): void {
    this.#lengths = [...this.#rowByRangeByLength.keys()].toSorted((left, right) => right - left)
  }
}

function isInForce(row: AllowRow, nowMs: number): boolean {
  return row.expiresAtMs === undefined || row.expiresAtMs > nowMs
}

function lengthOf(range: string): number {
  const packed = packRange(range)
  if (packed === undefined) throw new TypeError(`not a range: ${JSON.stringify(range)}`)
  return packed.prefixLength
}
