import { isInForce } from './lists/list-rows.ts'
import type { AllowRow } from './ports.ts'
import { RangeIndex } from './range-index.ts'

/** One account's allowlist. */
export class AllowList {
  readonly #rows = new RangeIndex<AllowRow>()

  /** Adds the range or replaces it. */
  set(row: AllowRow): void {
    this.#rows.set(row.range, row)
  }

  /** @returns the row of exactly this range, unless it has expired at `nowMs` */
  inForce(range: string, nowMs: number): AllowRow | undefined {
    const row = this.#rows.get(range)
    return row !== undefined && isInForce(row, nowMs) ? row : undefined
  }

  delete(range: string): void {
    this.#rows.delete(range)
  }

  /** @returns the narrowest range that covers the packed address and has not expired at `nowMs` */
  covering(words: Uint32Array, offset: number, nowMs: number): AllowRow | undefined {
    if (this.#rows.isEmpty) return undefined
    for (const row of this.allCovering(words, offset, nowMs)) return row
    return undefined
  }

  /** All rows whose range covers the packed address and has not expired at `nowMs`, narrowest first. */
  *allCovering(words: Uint32Array, offset: number, nowMs: number): Iterable<AllowRow> {
    for (const row of this.#rows.covering(words, offset)) if (isInForce(row, nowMs)) yield row
  }

  /** All ranges in force at `nowMs`. */
  *list(nowMs: number): Iterable<AllowRow> {
    for (const row of this.#rows.values()) if (isInForce(row, nowMs)) yield row
  }

  /** Forgets what expired before `nowMs`. */
  sweep(nowMs: number): void {
    for (const row of this.#rows.values()) if (!isInForce(row, nowMs)) this.delete(row.range)
  }
}
