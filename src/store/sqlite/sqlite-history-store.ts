import type { FoundEvents, HistoryProgress, HistoryQuery, HistoryStore } from '../../denylist/index.ts'
import type { TablesCalls } from './tables-worker.ts'
import type { WorkerClient } from './worker-client.ts'

/**
 * History in `honeyjam.db`, by way of the worker thread of the tables, between checkpoints. It is read there as well: whoever asks
 * for it can wait for a checkpoint, and what readers are asked for holds up reports.
 */
export class SqliteHistoryStore implements HistoryStore {
  readonly #worker: WorkerClient<TablesCalls>

  constructor(worker: WorkerClient<TablesCalls>) {
    this.#worker = worker
  }

  extend(throughPosition: number): Promise<HistoryProgress> {
    return this.#worker.call('extendHistory', throughPosition)
  }

  find(query: HistoryQuery): Promise<FoundEvents> {
    return this.#worker.call('findHistory', query)
  }

  findAddress(of: Parameters<HistoryStore['findAddress']>[0]): Promise<Uint32Array | undefined> {
    return this.#worker.call('findHistoryAddress', of)
  }

  /** Each step is a call of its own, so checkpoints come between. */
  async deleteBefore(receivedBeforeMs: number): Promise<number> {
    for (let total = 0; ; ) {
      const deleted = await this.#worker.call('deleteHistoryStep', receivedBeforeMs)
      if (deleted === undefined) return total
      total += deleted
    }
  }
}
