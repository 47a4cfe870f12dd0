import type { BenchStore } from './bench-store.ts'

/** How much is measured. */
export interface Plan {
  /** Where everything lies that is thrown away. */
  readonly scratch: string
  /** Entries that are there before the second measurement of reports, and look-ups. */
  readonly entries: number
  /** Of writing at full rate. */
  readonly seconds: number
  /** Of look-ups, in turn with the bare route. */
  readonly rounds: number
  /** For the Node of the service. */
  readonly nodeOptions: readonly string[]
}

/** A new, empty store with a data directory. */
export type OpenStore = () => Place | Promise<Place>

export interface Place {
  readonly directory: string
  readonly store: BenchStore
}
