import type { CowrieEvent, LogBatch } from '../cowrie/index.ts'
import { packAddress, WORDS_PER_ADDRESS } from '../ip/index.ts'
import type { AddressCensus } from './address-census.ts'
import type { CensusFold } from './census-fold.ts'
import type { FileLedger } from './once-ledger.ts'
import { countLines } from './once-tally.ts'
import { observedAtMs, refusalOf, type SightingRules, type SkipReason, trackedKind } from './sighting.ts'

/** Small, as a run may read thousands of small files. */
const FIRST_CAPACITY = 64

export interface OnceCounterOptions {
  readonly rules: SightingRules
  readonly file: FileLedger
  /** Of all files together. */
  readonly total: AddressCensus
  /** Beside the rows of `total`. */
  readonly fold: CensusFold
}

/**
 * Counts and folds the events of one file, by the rules of `sightingOf`. It works on packed addresses and judges each once:
 * old logs come at a million lines a second.
 */
export class OnceCounter {
  readonly #options: OnceCounterOptions
  readonly #words = new Uint32Array(WORDS_PER_ADDRESS)
  /** By the rows of `total`: 1 where the census of the file is known to have the address, so that it need not be looked up. */
  #isInFile = new Uint8Array(FIRST_CAPACITY)

  constructor(options: OnceCounterOptions) {
    this.#options = options
  }

  count(batch: LogBatch, nowMs: number): void {
    countLines(this.#options.file.counts, batch)
    for (const event of batch.events) this.#countEvent(event, nowMs)
  }

  #countEvent(event: CowrieEvent, nowMs: number): void {
    const { rules, file } = this.#options
    if (trackedKind(event.eventid, rules) === undefined) return
    file.counts.trackedEvents += 1
    if (event.src_ip === undefined || event.src_ip === '') this.#skip('no-address')
    else if (packAddress(event.src_ip, this.#words, 0)) this.#countAddress(observedAtMs(event, nowMs))
    else this.#skip('unparsable')
  }

  /** Counts the address in `#words`. */
  #countAddress(seenAtMs: number): void {
    const { file, total, fold } = this.#options
    const row = this.#rowInTotal()
    const fate = total.fateAt(row)
    if (this.#isInFile[row] !== 1) {
      file.census.add(this.#words, fate)
      this.#noteInFile(row)
    }
    if (fate === 'seen') fold.add(row, seenAtMs)
    else this.#skip(fate)
  }

  #rowInTotal(): number {
    const { rules, total } = this.#options
    const known = total.rowOf(this.#words)
    return known < 0 ? total.add(this.#words, refusalOf(this.#words, rules) ?? 'seen') : known
  }

  #noteInFile(row: number): void {
    if (row >= this.#isInFile.length) {
      const larger = new Uint8Array(Math.max(row + 1, 2 * this.#isInFile.length))
      larger.set(this.#isInFile)
      this.#isInFile = larger
    }
    this.#isInFile[row] = 1
  }

  #skip(reason: SkipReason): void {
    const { skippedEvents } = this.#options.file.counts
    skippedEvents[reason] = (skippedEvents[reason] ?? 0) + 1
  }
}
