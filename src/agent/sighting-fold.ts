import type { Address } from '../ip/index.ts'
import type { PendingSighting } from './agent-state.ts'
import type { Sighting } from './sighting.ts'

/** Folds sightings by address in memory, keeping the newest time. */
export class SightingFold {
  readonly #foldedByAddress = new Map<
    Address,
    { address: Address; observedAtMs: number; sightings: number }
  >()

  /** Distinct addresses. */
  get size(): number {
    return this.#foldedByAddress.size
  }

  add({ address, observedAtMs }: Sighting): void {
    const folded = this.#foldedByAddress.get(address)
    if (folded === undefined) {
      this.#foldedByAddress.set(address, { address, observedAtMs, sightings: 1 })
      return
    }
    folded.observedAtMs = Math.max(folded.observedAtMs, observedAtMs)
    folded.sightings += 1
  }

  values(): Iterable<PendingSighting> {
    return this.#foldedByAddress.values()
  }

  clear(): void {
    this.#foldedByAddress.clear()
  }
}
