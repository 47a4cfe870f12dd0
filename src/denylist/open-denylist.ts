import { type Address, wordsOf } from '../ip/index.ts'
import { type Clock, HoneyjamError, type Logger } from '../runtime/index.ts'
import type { Decisions } from './decisions/decisions.ts'
import { MemoryDecisions } from './decisions/open-decisions.ts'
import { type ProtectedSet, specialRanges } from './decisions/protected-set.ts'
import type { AllowedRange, Denylist, DenylistStatus, Entry, EntryFilter, KeyedRequest } from './denylist.ts'
import { DenylistState } from './denylist-state.ts'
import { EntryReader } from './entry-reader.ts'
import { Historian } from './history/historian.ts'
import { type AddressHistory, HistoryReader } from './history/history-reader.ts'
import type { HistoryStore } from './history/ports.ts'
import { Housekeeping } from './housekeeping.ts'
import { type AddressFacts, NO_FACTS } from './lists/address-facts.ts'
import { ListReader } from './lists/list-reader.ts'
import { EMPTY_PUBLIC_LISTS, type PublicListCatalogue } from './lists/public-lists.ts'
import { MergePace } from './merge-pace.ts'
import { UNBAN_MEMORY_MS } from './merge-report.ts'
import { Merger } from './merger.ts'
import type { Operation, Receipt } from './operation.ts'
import { decodeOperation, encodeOperation } from './operation-codec.ts'
import type { DenylistStore, JournalRecord, ReportQueue } from './ports.ts'
import { type ProtectedRange, protectedRangeOf } from './protection.ts'
import { ReceiptBook } from './receipt-book.ts'
import { oldestReplayedMs, replay } from './replay.ts'

/** A shared journal that could not be read for so long is worth a word. */
const BEHIND_MS = 10_000

export interface OpenDenylistOptions {
  readonly store: DenylistStore
  readonly queue: ReportQueue
  /** Default: none is kept. */
  readonly history?: HistoryStore
  /** How long history and ended entries are kept, in milliseconds; default 90 days. */
  readonly historyMs?: number
  readonly clock: Clock
  readonly logger: Logger
  /** Default: nothing is known of addresses. */
  readonly facts?: AddressFacts
  /** Default: the lists are there and empty. */
  readonly publicLists?: PublicListCatalogue
  /** Default: everything that is not public. */
  readonly protectedSet?: ProtectedSet
  /** Told when this process was away from a shared journal for too long: it must be started anew. */
  readonly onLost?: (error: HoneyjamError) => void
}

/**
 * Loads the tables, replays the journal behind them, and starts merging.
 * Closing it does not close store and queue.
 * @throws HoneyjamError STORE_CORRUPT, STORE_UNAVAILABLE
 */
export async function openDenylist(options: OpenDenylistOptions): Promise<Denylist> {
  const { store, queue, clock, logger } = options
  const receipts = new ReceiptBook(store, { looksUpKeys: !queue.isShared })
  const storeId = await store.storeId()
  const state = await store.snapshot(async (tables) => {
    const coveredPosition = await tables.coveredPosition()
    const oldestMs = await oldestReplayedMs(queue, coveredPosition, clock.nowMs())
    const loaded = new DenylistState(coveredPosition, oldestMs)
    await tables.loadEntries(oldestMs - UNBAN_MEMORY_MS, (rows) => loaded.load(rows))
    loaded.loadAllowed(await tables.loadAllowed(oldestMs))
    loaded.loadLists(await tables.loadLists(oldestMs))
    return loaded
  })
  const replayed = await replay(queue, state.mergedPosition, (operation, position) =>
    receipts.keep(state.apply(operation, position)),
  )
  if (replayed > 0) logger.info({ reports: replayed }, 'journal replayed')
  return new MemoryDenylist({ state, receipts, options, storeId })
}

class MemoryDenylist implements Denylist {
  readonly lists: ListReader
  readonly decisions: Decisions
  readonly #decisions: MemoryDecisions
  readonly #entries: EntryReader
  readonly #state: DenylistState
  readonly #receipts: ReceiptBook
  readonly #options: OpenDenylistOptions
  /** So that an own record need not be read again. */
  readonly #operationByBody = new WeakMap<Uint8Array, Operation>()
  readonly #merger: Merger
  readonly #pace: MergePace
  readonly #housekeeping: Housekeeping
  readonly #historian: Historian
  readonly #history: HistoryReader
  readonly #underWay = new Set<Promise<Receipt>>()
  #closedBecause: string | undefined
  #currentAtMs: number

  constructor({
    state,
    receipts,
    options,
    storeId,
  }: {
    state: DenylistState
    receipts: ReceiptBook
    options: OpenDenylistOptions
    storeId: string
  }) {
    this.#state = state
    this.#receipts = receipts
    this.#options = options
    this.#currentAtMs = options.clock.nowMs()
    const { facts = NO_FACTS, publicLists = EMPTY_PUBLIC_LISTS, clock } = options
    this.lists = new ListReader({
      listsOf: (accountId) => state.listsOf(accountId),
      facts,
      publicLists,
      clock,
    })
    this.#entries = new EntryReader({ state, lists: this.lists, clock })
    this.#decisions = new MemoryDecisions({
      listsOf: (accountId) => state.listsOf(accountId),
      labels: state.labels,
      position: () => state.unmerged.newestPosition,
      publicLists,
      protectedSet: options.protectedSet ?? specialRanges('skip'),
      clock,
      storeId,
      isShared: options.queue.isShared,
    })
    this.decisions = this.#decisions
    this.#history = new HistoryReader(options.history, state)
    this.#historian = new Historian({
      ...options,
      store: options.history,
      coveredPosition: () => state.mergedPosition,
    })
    this.#merger = new Merger({
      ...options,
      state,
      onWritten: (checkpoint) => {
        this.#pace.merged()
        receipts.forget(checkpoint.receipts)
        return this.#historian.written(checkpoint)
      },
    })
    this.#pace = this.#keepPace()
    this.#housekeeping = this.#keepHouse()
    options.queue.follow(state.unmerged.newestPosition, {
      onRecords: (records) => this.#apply(records),
      onCurrent: (coveredPosition) => this.#dropMerged(coveredPosition),
      onLead: (isLeading) => this.#merger.lead(isLeading),
      onLost: (error) => this.#lose(error),
    })
  }

  async submit(operation: Operation): Promise<Receipt> {
    if (this.#closedBecause !== undefined) throw new HoneyjamError('STORE_UNAVAILABLE', this.#closedBecause)
    const { accountId, idempotencyKey, receivedAtMs } = operation
    const submitted =
      idempotencyKey === undefined
        ? this.#take(operation)
        : this.#receipts.once({ accountId, idempotencyKey, receivedAtMs }, () => this.#take(operation))
    this.#underWay.add(submitted)
    return await submitted.finally(() => this.#underWay.delete(submitted))
  }

  findEntry(accountId: number, address: Address, nowMs: number): Entry | undefined {
    return this.#entries.find(accountId, address, nowMs)
  }

  listEntries(accountId: number, filter: EntryFilter, nowMs: number): Iterable<Entry | undefined> {
    return this.#entries.list(accountId, filter, nowMs)
  }

  countEntries(accountId: number, nowMs: number): Promise<ReadonlyMap<string, number>> {
    return this.#entries.countByDataset(accountId, nowMs)
  }

  findAllowed(accountId: number, address: Address, nowMs: number): AllowedRange | undefined {
    return this.#entries.findAllowed(accountId, address, nowMs)
  }

  listAllowed(accountId: number, nowMs: number): readonly AllowedRange[] {
    return this.#entries.listAllowed(accountId, nowMs)
  }

  listProtected(nowMs: number): readonly ProtectedRange[] {
    return Array.from(this.#state.protection.allowed.list(nowMs), protectedRangeOf)
  }

  findProtected(address: Address, nowMs: number): readonly ProtectedRange[] {
    const { allowed } = this.#state.protection
    return Array.from(allowed.allCovering(wordsOf(address), 0, nowMs), protectedRangeOf)
  }

  findReceipt(accountId: number, receiptId: string): Promise<Receipt | undefined> {
    return this.#receipts.find(accountId, receiptId)
  }

  findReceiptByKey(request: KeyedRequest): Promise<Receipt | undefined> {
    return this.#receipts.findByKey(request)
  }

  findHistory(accountId: number, address: Address, nowMs: number): Promise<AddressHistory> {
    return this.#history.find(accountId, address, nowMs)
  }

  findHistoryAddress(of: Parameters<Denylist['findHistoryAddress']>[0]): Promise<Address | undefined> {
    return this.#history.findAddress(of)
  }

  status(): DenylistStatus {
    let entries = 0
    for (const { reported } of this.#state.accounts) entries += reported.size
    const { error } = this.#merger
    const behindMs = this.#options.clock.nowMs() - this.#currentMs()
    return {
      entries,
      waitingRows: this.#state.unmerged.waitingRows,
      ...(error === undefined ? {} : { mergeError: error }),
      ...(behindMs > BEHIND_MS ? { behindMs } : {}),
    }
  }

  async close(): Promise<void> {
    this.#closedBecause ??= 'the lists are closed'
    this.#decisions.close()
    await Promise.allSettled(this.#underWay)
    await this.#housekeeping.close()
    await this.#merger.close()
    if (this.#merger.isLeading) await this.#historian.moveAll()
  }

  async #take(operation: Operation): Promise<Receipt> {
    const { accountId, idempotencyKey, receivedAtMs, receiptId } = operation
    const { queue } = this.#options
    await this.#pace.admit(operation)
    const body = encodeOperation(operation)
    this.#operationByBody.set(body, operation)
    const receipt = await this.#receipts.ofAppended(operation, async () => {
      if (idempotencyKey !== undefined)
        return await queue.appendOnce(body, { accountId, idempotencyKey, receivedAtMs, receiptId })
      await queue.append(body)
      return receiptId
    })
    if (receipt === undefined)
      throw new HoneyjamError('STORE_UNAVAILABLE', `the receipt of ${receiptId} is gone`)
    return receipt
  }

  #apply(records: readonly JournalRecord[]): void {
    for (const { position, body } of records) {
      const operation = this.#operationByBody.get(body) ?? decodeOperation(body)
      this.#receipts.keep(this.#state.apply(operation, position))
      this.#decisions.noteApplied(operation.accountId)
    }
    // one that follows late must not write what is older than the tables
    this.#receipts.forget(this.#state.dropMerged(this.#state.mergedPosition))
    this.#merger.wake()
  }

  #dropMerged(coveredPosition: number): void {
    this.#currentAtMs = this.#options.clock.nowMs()
    this.#receipts.forget(this.#state.dropMerged(coveredPosition))
    this.#pace.merged()
    this.#decisions.noteCurrent()
  }

  #keepPace(): MergePace {
    return new MergePace({
      waitingRows: () => this.#state.unmerged.waitingRows,
      isMerging: () => this.#merger.error === undefined,
      clock: this.#options.clock,
    })
  }

  #keepHouse(): Housekeeping {
    return new Housekeeping({
      ...this.#options,
      state: this.#state,
      historian: this.#historian,
      currentAtMs: () => this.#currentMs(),
      isLeading: () => this.#merger.isLeading,
    })
  }

  #lose(error: HoneyjamError): void {
    this.#closedBecause = error.message
    this.#options.onLost?.(error)
  }

  /** A journal of this process alone is never behind. */
  #currentMs(): number {
    return this.#options.queue.isShared ? this.#currentAtMs : this.#options.clock.nowMs()
  }
}
