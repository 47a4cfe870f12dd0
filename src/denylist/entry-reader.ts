import { type Address, unpackAddress, WORDS_PER_ADDRESS, wordsOf } from '../ip/index.ts'
import type { Clock } from '../runtime/index.ts'
import type { AccountLists } from './account-lists.ts'
import type { AllowedRange, Entry, EntryFilter } from './denylist.ts'
import type { DenylistState } from './denylist-state.ts'
import type { ListReader } from './lists/list-reader.ts'
import { endOfStay } from './merge-report.ts'
import type { AllowRow } from './ports.ts'

/** Rows counted without a pause; a few milliseconds. */
const COUNT_ROWS = 50_000
/** Rows gone through without a word, whatever a filter leaves of them; about a millisecond. */
const LIST_ROWS = 20_000

type AllowTest = (words: Uint32Array, offset: number) => boolean

/** Tells from memory what is reported and not allowed. */
export class EntryReader {
  readonly #state: DenylistState
  readonly #lists: ListReader
  readonly #clock: Clock

  constructor({
    state,
    lists,
    clock,
  }: {
    readonly state: DenylistState
    readonly lists: ListReader
    readonly clock: Clock
  }) {
    this.#state = state
    this.#lists = lists
    this.#clock = clock
  }

  find(accountId: number, address: Address, nowMs: number): Entry | undefined {
    const lists = this.#state.find(accountId)
    if (lists === undefined) return undefined
    const row = lists.reported.find(wordsOf(address), 0)
    return row < 0
      ? undefined
      : this.#entryOf(lists, row, { nowMs, isAllowed: this.#lists.allowTest(lists, nowMs) })
  }

  *list(accountId: number, filter: EntryFilter, nowMs: number): Iterable<Entry | undefined> {
    const lists = this.#state.find(accountId)
    if (lists === undefined) return
    const isAllowed = this.#lists.allowTest(lists, nowMs)
    const isWanted = this.#rowTest(lists, filter)
    for (let row = 0; row < lists.reported.rowsEnd; row++) {
      if (row % LIST_ROWS === LIST_ROWS - 1) yield undefined
      if (!lists.reported.isInUse(row) || !isWanted(row)) continue
      const entry = this.#entryOf(lists, row, { nowMs, isAllowed })
      if (entry !== undefined) yield entry
    }
  }

  /** In steps, so that a long list does not hold up others. */
  async countByDataset(accountId: number, nowMs: number): Promise<ReadonlyMap<string, number>> {
    const lists = this.#state.find(accountId)
    const counts = new Map<string, number>()
    if (lists === undefined) return counts
    const isAllowed = this.#lists.allowTest(lists, nowMs)
    const words = new Uint32Array(WORDS_PER_ADDRESS)
    for (let row = 0; row < lists.reported.rowsEnd; row++) {
      if (row % COUNT_ROWS === COUNT_ROWS - 1) await this.#clock.sleep(0)
      if (!lists.reported.isInUse(row) || endOfStay(lists.reported.stayOf(row)) <= nowMs) continue
      lists.reported.copyWords(row, words, 0)
      if (isAllowed(words, 0)) continue
      const { dataset } = this.#state.labels.labelOf(lists.reported.labelIdOf(row))
      counts.set(dataset, (counts.get(dataset) ?? 0) + 1)
    }
    return counts
  }

  findAllowed(accountId: number, address: Address, nowMs: number): AllowedRange | undefined {
    const lists = this.#state.find(accountId)
    if (lists === undefined) return undefined
    const words = wordsOf(address)
    const row = lists.allowed.covering(words, 0, nowMs)
    if (row !== undefined) return allowedRangeOf(row)
    for (const covering of lists.private.covering('ALLOW', { words, offset: 0, nowMs })) {
      return allowedRangeOf({ ...covering, range: covering.element })
    }
    return undefined
  }

  listAllowed(accountId: number, nowMs: number): readonly AllowedRange[] {
    return Array.from(this.#state.find(accountId)?.allowed.list(nowMs) ?? [], allowedRangeOf)
  }

  /** Looks at a row without making an entry of it: a filter that leaves most out goes through millions of them. */
  #rowTest({ reported }: AccountLists, filter: EntryFilter): (row: number) => boolean {
    const {
      reportedBeforeMs = Number.POSITIVE_INFINITY,
      reportedAfterMs = Number.NEGATIVE_INFINITY,
      expiresBeforeMs = Number.POSITIVE_INFINITY,
      expiresAfterMs = Number.NEGATIVE_INFINITY,
      greaterThanReports = Number.NEGATIVE_INFINITY,
      lessThanReports = Number.POSITIVE_INFINITY,
      protocol,
      dataset,
    } = filter
    const { labels } = this.#state
    return (row) => {
      const stay = reported.stayOf(row)
      const expiresAtMs = endOfStay(stay)
      return (
        stay.lastReportMs < reportedBeforeMs &&
        stay.lastReportMs > reportedAfterMs &&
        expiresAtMs < expiresBeforeMs &&
        expiresAtMs > expiresAfterMs &&
        stay.totalReports > greaterThanReports &&
        stay.totalReports < lessThanReports &&
        (dataset === undefined || labels.labelOf(reported.labelIdOf(row)).dataset === dataset) &&
        (protocol === undefined || reported.isIpv4(row) === (protocol === 'ipv4'))
      )
    }
  }

  #entryOf(
    lists: AccountLists,
    row: number,
    { nowMs, isAllowed }: { readonly nowMs: number; readonly isAllowed: AllowTest },
  ): Entry | undefined {
    const stay = lists.reported.stayOf(row)
    const expiresAtMs = endOfStay(stay)
    if (expiresAtMs <= nowMs) return undefined
    const words = new Uint32Array(WORDS_PER_ADDRESS)
    lists.reported.copyWords(row, words, 0)
    if (isAllowed(words, 0)) return undefined
    const { dataset, tags } = this.#state.labels.labelOf(lists.reported.labelIdOf(row))
    return {
      address: unpackAddress(words, 0),
      lastReportMs: stay.lastReportMs,
      expiresAtMs,
      totalReports: stay.totalReports,
      dataset,
      tags,
    }
  }
}

function allowedRangeOf({
  range,
  createdAtMs,
  expiresAtMs,
}: Pick<AllowRow, 'range' | 'createdAtMs' | 'expiresAtMs'>): AllowedRange {
  return { range, createdAtMs, ...(expiresAtMs === undefined ? {} : { expiresAtMs }) }
}
