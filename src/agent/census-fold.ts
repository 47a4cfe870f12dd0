import type { AddressCensus } from './address-census.ts'
import type { PendingSighting } from './agent-state.ts'

const FIRST_CAPACITY = 1024

/**
 * Folds sightings in columns beside the rows of a census: millions of addresses in some 12 bytes each,
 * and nothing for the garbage collector.
 */
export class CensusFold {
  readonly #census: AddressCensus
  #observedAtMs = new Float64Array(FIRST_CAPACITY)
  #sightings = new Uint32Array(FIRST_CAPACITY)
  /** Behind the last row in use. */
  #end = 0

  constructor(census: AddressCensus) {
    this.#census = census
  }

  /** @param row of the census */
  add(row: number, observedAtMs: number): void {
    if (row >= this.#sightings.length) this.#grow(row)
    this.#end = Math.max(this.#end, row + 1)
    this.#observedAtMs[row] = Math.max(this.#observedAtMs[row] ?? 0, observedAtMs)
    this.#sightings[row] = (this.#sightings[row] ?? 0) + 1
  }

  /** Each address that was added since the last {@link clear}, newest first. */
  *values(): Generator<PendingSighting> {
    const rows = this.#usedRows().toSorted((a, b) => this.#timeOf(b) - this.#timeOf(a))
    for (const row of rows) {
      const address = this.#census.addressAt(row)
      yield { address, observedAtMs: this.#timeOf(row), sightings: this.#sightings[row] ?? 0 }
    }
  }

  clear(): void {
    this.#observedAtMs.fill(0, 0, this.#end)
    this.#sightings.fill(0, 0, this.#end)
    this.#end = 0
  }

  #usedRows(): Uint32Array {
    const rows = new Uint32Array(this.#end)
    let used = 0
    for (let row = 0; row < this.#end; row++) if (this.#sightings[row] !== 0) rows[used++] = row
    return rows.subarray(0, used)
  }

  #timeOf(row: number): number {
    return this.#observedAtMs[row] ?? 0
  }

  #grow(row: number): void {
    const capacity = Math.max(row + 1, 2 * this.#sightings.length)
    const observedAtMs = new Float64Array(capacity)
    observedAtMs.set(this.#observedAtMs)
    this.#observedAtMs = observedAtMs
    const sightings = new Uint32Array(capacity)
    sightings.set(this.#sightings)
    this.#sightings = sightings
  }
}
