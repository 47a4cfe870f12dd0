import type {
  AllowRow,
  Checkpoint,
  DenylistStore,
  DenylistTables,
  EntryRows,
  ListRows,
  Receipt,
} from '../../denylist/index.ts'
import { buffersOf, copyRows } from '../rows/index.ts'
import type { EntryPage, SweepStep } from './entry-table.ts'
import type { ReaderCalls } from './reader-worker.ts'
import type { TablesCalls } from './tables-worker.ts'
import type { WorkerClient } from './worker-client.ts'

/** The tables in `honeyjam.db`, by way of their worker thread and of that of readers. */
export class SqliteDenylistStore implements DenylistStore {
  readonly #worker: WorkerClient<TablesCalls>
  readonly #reader: WorkerClient<ReaderCalls>

  constructor(worker: WorkerClient<TablesCalls>, reader: WorkerClient<ReaderCalls>) {
    this.#worker = worker
    this.#reader = reader
  }

  /** No other process writes here, and this one has not begun to. */
  snapshot<Result>(read: (tables: DenylistTables) => Promise<Result>): Promise<Result> {
    return read(this)
  }

  coveredPosition(): Promise<number> {
    return this.#worker.call('coveredPosition', undefined)
  }

  storeId(): Promise<string> {
    return this.#worker.call('storeId', undefined)
  }

  /** The worker reads the next batch while `onBatch` is at work; what `onBatch` throws ends the loading. */
  async loadEntries(expiresAfterMs: number, onBatch: (rows: EntryRows) => void): Promise<void> {
    let page: EntryPage | undefined = await this.#worker.call('loadEntryPage', { expiresAfterMs })
    while (page !== undefined) {
      const following = this.#pageBehind(page, expiresAfterMs)
      // both are awaited together, so that a failure of one never leaves the other unheard
      const [next]: [EntryPage | undefined, void] = await Promise.all([
        following,
        deliver(page.rows, onBatch),
      ])
      page = next
    }
  }

  loadAllowed(expiresAfterMs: number): Promise<readonly AllowRow[]> {
    return this.#worker.call('loadAllowed', expiresAfterMs)
  }

  loadLists(expiresAfterMs: number): Promise<ListRows> {
    return this.#worker.call('loadLists', expiresAfterMs)
  }

  findReceiptById(accountId: number, receiptId: string): Promise<Receipt | undefined> {
    return this.#reader.call('findReceiptById', { accountId, receiptId })
  }

  findReceiptByIdempotencyKey(
    accountId: number,
    idempotencyKey: string,
    receivedAfterMs: number,
  ): Promise<Receipt | undefined> {
    return this.#reader.call('findReceiptByIdempotencyKey', { accountId, idempotencyKey, receivedAfterMs })
  }

  /** Copies the rows before it returns, so the caller's arrays stay its own. */
  async writeCheckpoint(checkpoint: Checkpoint): Promise<void> {
    const entries = copyRows(checkpoint.entries)
    await this.#worker.call('writeCheckpoint', { ...checkpoint, entries }, buffersOf(entries))
  }

  async deleteHistory({
    entriesExpiredBeforeMs,
    receiptsBeforeMs,
  }: Parameters<DenylistStore['deleteHistory']>[0]): Promise<number> {
    const entries = await this.#sweepEntries(entriesExpiredBeforeMs)
    const allowed = await this.#worker.call('deleteExpiredAllowed', entriesExpiredBeforeMs)
    const lists = await this.#worker.call('deleteExpiredLists', entriesExpiredBeforeMs)
    return entries + allowed + lists + (await this.#deleteReceipts(receiptsBeforeMs))
  }

  async close(): Promise<void> {
    await this.#reader.close()
    await this.#worker.close()
  }

  async #pageBehind({ next }: EntryPage, expiresAfterMs: number): Promise<EntryPage | undefined> {
    return next === undefined
      ? undefined
      : await this.#worker.call('loadEntryPage', { expiresAfterMs, after: next })
  }

  /** Each step is a call of its own, so checkpoints come between. */
  async #sweepEntries(expiredBeforeMs: number): Promise<number> {
    let step: SweepStep = await this.#worker.call('sweepEntries', { expiredBeforeMs })
    let total = step.deleted
    while (step.next !== undefined) {
      step = await this.#worker.call('sweepEntries', { expiredBeforeMs, after: step.next })
      total += step.deleted
    }
    return total
  }

  async #deleteReceipts(receivedBeforeMs: number): Promise<number> {
    for (let total = 0; ; ) {
      const { deleted, isDone } = await this.#worker.call('deleteReceiptsStep', receivedBeforeMs)
      total += deleted
      if (isDone) return total
    }
  }
}

async function deliver(rows: EntryRows, onBatch: (rows: EntryRows) => void): Promise<void> {
  if (rows.count > 0) onBatch(rows)
}
