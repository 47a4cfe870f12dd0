import { type Address, isIpv4, unpackAddress, WORDS_PER_ADDRESS, wordsOf } from '../ip/index.ts'
import { type Clock, HoneyjamError, type Logger } from '../runtime/index.ts'
import type { AccountLists } from './account-lists.ts'
import type { AllowedRange, Denylist, DenylistStatus, Entry, EntryFilter } from './denylist.ts'
import { DenylistState } from './denylist-state.ts'
import { Housekeeping, UNBAN_MEMORY_MS } from './housekeeping.ts'
import { endOfStay } from './merge-report.ts'
import { Merger } from './merger.ts'
import type { Operation, Receipt } from './operation.ts'
import { decodeOperation, encodeOperation } from './operation-codec.ts'
import type { AllowRow, DenylistStore, ReportQueue } from './ports.ts'
import { ReceiptBook } from './receipt-book.ts'

/** Rows that may wait to be merged; beyond it requests are refused until the store has caught up. */
const MAX_WAITING_ROWS = 4_000_000
const REPLAY_PAGE = 500

export interface OpenDenylistOptions {
  readonly store: DenylistStore
  readonly queue: ReportQueue
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Loads the tables, replays the journal behind them, and starts merging.
 * Closing it does not close store and queue.
 * @throws HoneyjamError STORE_CORRUPT, STORE_UNAVAILABLE
 */
export async function openDenylist(options: OpenDenylistOptions): Promise<Denylist> {
  const { store, queue, clock, logger } = options
  const coveredPosition = await store.coveredPosition()
  const state = new DenylistState(coveredPosition)
  const receipts = new ReceiptBook(store)
  const oldestMs = await oldestReplayedMs(queue, coveredPosition, clock.nowMs())
  await store.loadEntries(oldestMs - UNBAN_MEMORY_MS, (rows) => state.load(rows))
  state.loadAllowed(await store.loadAllowed(oldestMs))
  const replayed = await replay(queue, coveredPosition, (operation, position) =>
    receipts.keep(state.apply(operation, position)),
  )
  if (replayed > 0) logger.info({ reports: replayed }, 'journal replayed')
  return new MemoryDenylist({ state, receipts, options })
}

/** Arrival of the oldest operation that is to be replayed: entries that were alive then are needed. */
async function oldestReplayedMs(queue: ReportQueue, coveredPosition: number, nowMs: number): Promise<number> {
  const [first] = await queue.read(coveredPosition, 1)
  return first === undefined ? nowMs : Math.min(nowMs, decodeOperation(first.body).receivedAtMs)
}

async function replay(
  queue: ReportQueue,
  coveredPosition: number,
  onOperation: (operation: Operation, position: number) => void,
): Promise<number> {
  let after = coveredPosition
  let count = 0
  for (;;) {
    const records = await queue.read(after, REPLAY_PAGE)
    for (const { body, position } of records) {
      onOperation(decodeOperation(body), position)
      after = position
      count++
    }
    if (records.length === 0) return count
  }
}

class MemoryDenylist implements Denylist {
  readonly #state: DenylistState
  readonly #receipts: ReceiptBook
  readonly #queue: ReportQueue
  readonly #merger: Merger
  readonly #housekeeping: Housekeeping
  readonly #underWay = new Set<Promise<Receipt>>()
  #isClosed = false

  constructor({
    state,
    receipts,
    options,
  }: {
    state: DenylistState
    receipts: ReceiptBook
    options: OpenDenylistOptions
  }) {
    this.#state = state
    this.#receipts = receipts
    this.#queue = options.queue
    this.#merger = new Merger({
      ...options,
      state,
      onWritten: (checkpoint) => receipts.forget(checkpoint.receipts),
    })
    this.#housekeeping = new Housekeeping({ ...options, state })
    if (!state.unmerged.isEmpty) this.#merger.wake()
  }

  async submit(operation: Operation): Promise<Receipt> {
    if (this.#isClosed) throw new HoneyjamError('STORE_UNAVAILABLE', 'the lists are closed')
    if (this.#state.unmerged.waitingRows > MAX_WAITING_ROWS) {
      throw new HoneyjamError('STORE_UNAVAILABLE', 'too many changes wait to be written to the store')
    }
    const { accountId, idempotencyKey, receivedAtMs } = operation
    const submitted =
      idempotencyKey === undefined
        ? this.#take(operation)
        : this.#receipts.once({ accountId, idempotencyKey, receivedAtMs }, () => this.#take(operation))
    this.#underWay.add(submitted)
    return await submitted.finally(() => this.#underWay.delete(submitted))
  }

  findEntry(accountId: number, address: Address, nowMs: number): Entry | undefined {
    const lists = this.#state.find(accountId)
    if (lists === undefined) return undefined
    const row = lists.reported.find(wordsOf(address), 0)
    return row < 0 ? undefined : this.#entryOf(lists, row, nowMs)
  }

  *listEntries(accountId: number, filter: EntryFilter, nowMs: number): Iterable<Entry> {
    const lists = this.#state.find(accountId)
    if (lists === undefined) return
    for (let row = 0; row < lists.reported.rowsEnd; row++) {
      const entry = lists.reported.isInUse(row) ? this.#entryOf(lists, row, nowMs) : undefined
      if (entry !== undefined && isWanted(entry, filter)) yield entry
    }
  }

  findAllowed(accountId: number, address: Address, nowMs: number): AllowedRange | undefined {
    const row = this.#state.find(accountId)?.allowed.covering(wordsOf(address), 0, nowMs)
    return row === undefined ? undefined : allowedRangeOf(row)
  }

  listAllowed(accountId: number, nowMs: number): readonly AllowedRange[] {
    return Array.from(this.#state.find(accountId)?.allowed.list(nowMs) ?? [], allowedRangeOf)
  }

  findReceipt(accountId: number, receiptId: string): Promise<Receipt | undefined> {
    return this.#receipts.find(accountId, receiptId)
  }

  status(): DenylistStatus {
    let entries = 0
    for (const { reported } of this.#state.accounts) entries += reported.size
    const { error } = this.#merger
    return {
      entries,
      waitingRows: this.#state.unmerged.waitingRows,
      ...(error === undefined ? {} : { mergeError: error }),
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.allSettled(this.#underWay)
    await this.#housekeeping.close()
    await this.#merger.close()
  }

  /** `append` settles in the order of positions and `then` keeps it, so operations take effect in that order. */
  #take(operation: Operation): Promise<Receipt> {
    return this.#queue.append(encodeOperation(operation)).then((position) => {
      const receipt = this.#state.apply(operation, position)
      this.#receipts.keep(receipt)
      this.#merger.wake()
      return receipt
    })
  }

  #entryOf(lists: AccountLists, row: number, nowMs: number): Entry | undefined {
    const stay = lists.reported.stayOf(row)
    const expiresAtMs = endOfStay(stay)
    if (expiresAtMs <= nowMs) return undefined
    const words = new Uint32Array(WORDS_PER_ADDRESS)
    lists.reported.copyWords(row, words, 0)
    if (lists.allowed.covering(words, 0, nowMs) !== undefined) return undefined
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

function isWanted(entry: Entry, filter: EntryFilter): boolean {
  const {
    reportedBeforeMs = Number.POSITIVE_INFINITY,
    reportedAfterMs = Number.NEGATIVE_INFINITY,
    expiresBeforeMs = Number.POSITIVE_INFINITY,
    expiresAfterMs = Number.NEGATIVE_INFINITY,
    greaterThanReports = Number.NEGATIVE_INFINITY,
    lessThanReports = Number.POSITIVE_INFINITY,
    protocol,
    dataset = entry.dataset,
  } = filter
  return (
    entry.lastReportMs < reportedBeforeMs &&
    entry.lastReportMs > reportedAfterMs &&
    entry.expiresAtMs < expiresBeforeMs &&
    entry.expiresAtMs > expiresAfterMs &&
    entry.totalReports > greaterThanReports &&
    entry.totalReports < lessThanReports &&
    entry.dataset === dataset &&
    (protocol === undefined || isIpv4(entry.address) === (protocol === 'ipv4'))
  )
}

function allowedRangeOf({ range, createdAtMs, expiresAtMs }: AllowRow): AllowedRange {
  return { range, createdAtMs, ...(expiresAtMs === undefined ? {} : { expiresAtMs }) }
}
