import { type PackedRange, packRange, Shield, WORDS_PER_ADDRESS } from '../ip/index.ts'
import { AllowList } from './allow-list.ts'
import { type Progress, TouchedLog } from './decisions/touched-log.ts'
import { EMPTY_LABEL, type LabelTable } from './label-table.ts'
import { PrivateLists } from './lists/private-lists.ts'
import {
  endOfStay,
  mergeLabels,
  mergeReport,
  newestOf,
  type ReportedSighting,
  type Stay,
} from './merge-report.ts'
import { ReportedList } from './reported-list.ts'

const WHOLE_ADDRESS_BITS = 128

/** The operation that is being applied. */
export interface Step {
  readonly position: number
  readonly receivedAtMs: number
}

/** How one address fared; `done-before` is a step that the loaded row already holds (replay after a crash). */
export type RowOutcome = { readonly row: number } | 'unknown' | 'done-before'

/** All lists of one account, and how operations change single rows of the reported one. */
export class AccountLists {
  readonly accountId: number
  readonly reported = new ReportedList()
  readonly allowed = new AllowList()
  readonly private: PrivateLists
  /** What operations touched since this process began. */
  readonly touched: TouchedLog
  /** How often the stay of an address was ended before its time, as far as this process knows. */
  releases = 0
  readonly #labels: LabelTable
  readonly #scratch = new Uint32Array(WORDS_PER_ADDRESS)

  /** @param begin up to where nothing is known of what was touched */
  constructor(accountId: number, labels: LabelTable, begin: Progress) {
    this.accountId = accountId
    this.touched = new TouchedLog(begin, () => this.reported.size)
    this.private = new PrivateLists(accountId)
    this.#labels = labels
  }

  /** Merges one sighting into the address's stay. */
  report(
    words: Uint32Array,
    offset: number,
    { sighting, labelId, step }: { sighting: ReportedSighting; labelId: number; step: Step },
  ): RowOutcome {
    const known = this.reported.find(words, offset)
    if (known >= 0 && this.reported.appliedPositionOf(known) >= step.position)
      return this.#doneBefore(known, step)
    const before = known < 0 ? undefined : this.reported.stayOf(known)
    const after = mergeReport(before, sighting, step.receivedAtMs)
    const row = known < 0 ? this.reported.add(words, offset) : known
    if (before === undefined || (after !== before && after.totalReports === 1)) this.#setLabel(row, labelId)
    else if (after !== before) this.#mergeLabel(row, labelId, newestOf(before, sighting))
    this.#setRow(row, after, step)
    return { row }
  }

  /** Ends the stay of one address: it stays as history, and what was seen before this instant does not bring it back. */
  unban(words: Uint32Array, offset: number, step: Step): RowOutcome {
    const row = this.reported.find(words, offset)
    return row < 0 ? 'unknown' : this.#endRow(row, step, 'keep')
  }

  /** Ends the stay of one address and forgets its count, dataset and tags. */
  remove(words: Uint32Array, offset: number, step: Step): RowOutcome {
    const row = this.reported.find(words, offset)
    return row < 0 ? 'unknown' : this.#endRow(row, step, 'forget')
  }

  /** As {@link remove}, for every address. @returns the rows changed */
  removeAll(step: Step): readonly number[] {
    return this.#endRows(step, 'forget', () => true)
  }

  /** Ends the stays of all addresses in the ranges, in one pass over the list. @returns the rows changed */
  unbanRanges(ranges: readonly string[], step: Step): readonly number[] {
    const changed: number[] = []
    const networks: PackedRange[] = []
    for (const range of ranges) {
      const packed = packRange(range)
      if (packed === undefined) continue
      if (packed.prefixLength === WHOLE_ADDRESS_BITS) {
        const outcome = this.unban(packed.words, 0, step)
        if (typeof outcome === 'object') changed.push(outcome.row)
      } else networks.push(packed)
    }
    if (networks.length === 0) return changed
    // numbers, as millions of rows are gone through
    const covering = new Shield(networks)
    const words = new Uint32Array(WORDS_PER_ADDRESS)
    const inNetworks = this.#endRows(step, 'keep', (row) => {
      this.reported.copyWords(row, words, 0)
      return covering.covers(words, 0)
    })
    return [...changed, ...inNetworks]
  }

  /** Whether an allowlist that needs no more than the address to tell covers it. */
  isAllowed(words: Uint32Array, offset: number, nowMs: number): boolean {
    if (this.allowed.covering(words, offset, nowMs) !== undefined) return true
    return (
      this.private.hasRanges('ALLOW') && !isEmpty(this.private.covering('ALLOW', { words, offset, nowMs }))
    )
  }

  /** Elements in force on all lists but the reported one. */
  countElements(nowMs: number): number {
    let count = this.private.countElements(nowMs)
    for (const _ of this.allowed.list(nowMs)) count++
    return count
  }

  /** Puts a row read from the store in memory, clean. */
  load(
    words: Uint32Array,
    offset: number,
    row: { stay: Stay; labelId: number; appliedPosition: number },
  ): void {
    const at = this.reported.add(words, offset)
    this.#setLabel(at, row.labelId)
    this.reported.setStay(at, row.stay)
    this.reported.setAppliedPosition(at, row.appliedPosition)
  }

  /** Forgets the networks that expired before `nowMs`. */
  sweepNetworks(nowMs: number): void {
    this.allowed.sweep(nowMs)
    this.private.sweep(nowMs)
  }

  /** Takes a row out of memory. */
  free(row: number): void {
    this.#labels.release(this.reported.labelIdOf(row))
    this.reported.free(row)
  }

  #endRows(step: Step, history: 'keep' | 'forget', isWanted: (row: number) => boolean): readonly number[] {
    const changed: number[] = []
    for (let row = 0; row < this.reported.rowsEnd; row++) {
      if (!this.reported.isInUse(row) || !isWanted(row)) continue
      if (typeof this.#endRow(row, step, history) === 'object') changed.push(row)
    }
    return changed
  }

  #endRow(row: number, step: Step, history: 'keep' | 'forget'): RowOutcome {
    if (this.reported.appliedPositionOf(row) >= step.position) return this.#doneBefore(row, step)
    const stay = this.reported.stayOf(row)
    if (endOfStay(stay) <= step.receivedAtMs) return 'unknown'
    this.releases++
    if (history === 'forget') this.#setLabel(row, this.#labels.idOf(EMPTY_LABEL))
    this.#setRow(
      row,
      {
        lastReportMs: Math.max(stay.lastReportMs, step.receivedAtMs),
        ttlSeconds: 0,
        totalReports: history === 'forget' ? 0 : stay.totalReports,
      },
      step,
    )
    return { row }
  }

  #setRow(row: number, stay: Stay, step: Step): void {
    this.reported.setStay(row, stay)
    this.reported.setAppliedPosition(row, step.position)
    this.#noteTouched(row, step)
  }

  /** Whoever knows the state before the step knows nothing of the row as it was loaded. */
  #doneBefore(row: number, step: Step): 'done-before' {
    this.#noteTouched(row, step)
    return 'done-before'
  }

  #noteTouched(row: number, { position }: Step): void {
    this.reported.copyWords(row, this.#scratch, 0)
    this.touched.noteAddress(this.#scratch, 0, position)
  }

  #mergeLabel(row: number, labelId: number, newest: 'report' | 'stay'): void {
    const before = this.reported.labelIdOf(row)
    if (before === labelId) return
    const merged = mergeLabels(this.#labels.labelOf(before), this.#labels.labelOf(labelId), newest)
    this.#setLabel(row, this.#labels.idOf(merged))
  }

  #setLabel(row: number, labelId: number): void {
    const before = this.reported.labelIdOf(row)
    this.#labels.retain(labelId)
    this.reported.setLabelId(row, labelId)
    this.#labels.release(before)
  }
}

function isEmpty(values: Iterable<unknown>): boolean {
  for (const _ of values) return false
  return true
}
