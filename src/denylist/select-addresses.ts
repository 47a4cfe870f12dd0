import { AddressTable, classifyPacked, isNeverSource, packAddress, WORDS_PER_ADDRESS } from '../ip/index.ts'
import type { PackedAddresses, SkippedCounts, SkipReason } from './operation.ts'

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
export function selectAddresses(texts: readonly string[], options: SelectOptions): SelectedAddresses {
  const { nowMs, observedAtMs = nowMs } = options
  const words = new Uint32Array(WORDS_PER_ADDRESS * texts.length)
  const times = typeof observedAtMs === 'number' ? undefined : new Float64Array(texts.length)
  const indexByAddress = new AddressTable((index, word) => words[WORDS_PER_ADDRESS * index + word] ?? 0)
  const skipped: Partial<Record<SkipReason, number>> = {}
  let folded = 0
  texts.forEach((text, textIndex) => {
    const index = indexByAddress.size
    const offset = WORDS_PER_ADDRESS * index
    const reason = packAddress(text, words, offset) ? unfitReason(words, offset, options) : 'unparsable'
    if (reason !== undefined) {
      skipped[reason] = (skipped[reason] ?? 0) + 1
      return
    }
    const known = indexByAddress.find(words, offset)
    if (known < 0) indexByAddress.add(index)
    else folded++
    if (times === undefined || typeof observedAtMs === 'number') return
    const seenAtMs = Math.min(observedAtMs[textIndex] ?? nowMs, nowMs)
    if (known < 0) times[index] = seenAtMs
    else times[known] = Math.max(times[known] ?? 0, seenAtMs)
  })
  return {
    addresses: words.slice(0, WORDS_PER_ADDRESS * indexByAddress.size),
    observedAtMs:
      times === undefined ? Math.min(Number(observedAtMs), nowMs) : times.slice(0, indexByAddress.size),
    folded,
    skipped,
  }
}

function unfitReason(words: Uint32Array, offset: number, options: SelectOptions): SkipReason | undefined {
  const addressClass = classifyPacked(words, offset)
  if (addressClass === 'public') return undefined
  if (isNeverSource(addressClass)) return 'never-a-source'
  return options.acceptPrivate ? undefined : 'private'
}
