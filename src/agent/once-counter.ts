import type { CowrieEvent, LogBatch } from '../cowrie/index.ts'
import { packAddress, WORDS_PER_ADDRESS } from '../ip/index.ts'
import type { AddressCensus } from './address-census.ts'
import type { PendingSighting } from './agent-state.ts'
import { CensusFold } from './census-fold.ts'
import type { FileLedger } from './once-ledger.ts'
import { countLines } from './once-tally.ts'
import { observedAtMs, refusalOf, type SightingRules, type SkipReason, trackedKind } from './sighting.ts'

/**
 * Counts and folds the events of one file, by the rules of `sightingOf`. It works on packed addresses and judges each once:
 * old logs come at a million lines a second.
 */
export class OnceCounter {
  readonly #rules: SightingRules
  readonly #file: FileLedger
  readonly #fold: CensusFold
  /** Of all files together. */
  readonly #total: AddressCensus
  readonly #words = new Uint32Array(WORDS_PER_ADDRESS)

  constructor(rules: SightingRules, file: FileLedger, total: AddressCensus) {
    this.#rules = rules
    this.#file = file
    this.#fold = new CensusFold(file.census)
    this.#total = total
  }

  count(batch: LogBatch, nowMs: number): void {
    countLines(this.#file.counts, batch)
    for (const event of batch.events) this.#countEvent(event, nowMs)
  }

  /** Gives what was seen since the last time; must be read to its end. */
  takeSightings(): Iterable<PendingSighting> {
    return this.#fold.take()
  }

  #countEvent(event: CowrieEvent, nowMs: number): void {
    if (trackedKind(event.eventid, this.#rules) === undefined) return
    this.#file.counts.trackedEvents += 1
    if (event.src_ip === undefined || event.src_ip === '') this.#skip('no-address')
    else if (packAddress(event.src_ip, this.#words, 0)) this.#countAddress(observedAtMs(event, nowMs))
    else this.#skip('unparsable')
  }

  /** Counts the address in `#words`. */
  #countAddress(seenAtMs: number): void {
    const { census } = this.#file
    const known = census.rowOf(this.#words)
    const row = known < 0 ? this.#judge() : known
    const fate = census.fateAt(row)
    if (fate === 'seen') this.#fold.add(row, seenAtMs)
    else this.#skip(fate)
  }

  #judge(): number {
    const fate = refusalOf(this.#words, this.#rules) ?? 'seen'
    this.#total.add(this.#words, fate)
    return this.#file.census.add(this.#words, fate)
  }

  #skip(reason: SkipReason): void {
    const { skippedEvents } = this.#file.counts
    skippedEvents[reason] = (skippedEvents[reason] ?? 0) + 1
  }
}
