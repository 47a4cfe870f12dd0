import type { AddressCensus } from './address-census.ts'
import type { PendingSighting } from './agent-state.ts'

const FIRST_CAPACITY = 1024

/**
 * Folds the sightings of a file in columns beside the rows of its census: millions of addresses in some 12 bytes each,
 * and nothing for the garbage collector.
 */
export class CensusFold {
  readonly #census: AddressCensus
  #observedAtMs = new Float64Array(FIRST_CAPACITY)
  /** Since the last {@link take}, by row. */
  #sightings = new Uint32Array(FIRST_CAPACITY)

  constructor(census: AddressCensus) {
    this.#census = census
  }

  /** @param row of the census */
  add(row: number, observedAtMs: number): void {
    if (row >= this.#sightings.length) this.#grow(row)
    this.#observedAtMs[row] = Math.max(this.#observedAtMs[row] ?? 0, observedAtMs)
    this.#sightings[row] = (this.#sightings[row] ?? 0) + 1
  }

  /** Gives each address that was added since the last time; must be read to its end. */
  *take(): Generator<PendingSighting> {
    for (const [row, sightings] of this.#sightings.entries()) {
      if (sightings === 0) continue
      this.#sightings[row] = 0
      yield {
        address: this.#census.addressAt(row),
        observedAtMs: this.#observedAtMs[row] ?? 0,
        sightings,
      }
    }
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
