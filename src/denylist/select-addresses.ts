import type { PackedAddresses, SkippedCounts } from './operation.ts'

/** The addresses of a request that can be taken, with what was left out. */
export interface SelectedAddresses {
  /** Distinct, in the order of their first appearance. */
  readonly addresses: PackedAddresses
  /** As given, clamped to `nowMs`; of repeated addresses the newest. */
  readonly observedAtMs: number | Float64Array
  readonly folded: number
  readonly skipped: SkippedCounts
}

export interface SelectOptions {
  /** Takes private, loopback, link-local, shared, documentation and reserved addresses as well. */
  readonly acceptPrivate: boolean
  readonly nowMs: number
  /** Epoch milliseconds: one for all or as many as there are texts; default `nowMs`. */
  readonly observedAtMs?: number | readonly number[]
}

/**
 * Parses, canonicalises and folds the addresses of one request, and leaves out (and counts) what does not parse
 * and what cannot be blocked: private ones unless accepted, and those that are never a source.
 */
export declare function selectAddresses(texts: readonly string[], options: SelectOptions): SelectedAddresses
