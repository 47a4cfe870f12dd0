import type { HandoutPiece, HandoutStore } from '../../bouncers/index.ts'
import type { TablesCalls } from './tables-worker.ts'
import type { WorkerClient } from './worker-client.ts'

/** What bouncers were told in `honeyjam.db`, by way of the worker thread of the tables. */
export class SqliteHandoutStore implements HandoutStore {
  readonly isShared = false
  readonly #worker: WorkerClient<TablesCalls>

  constructor(worker: WorkerClient<TablesCalls>) {
    this.#worker = worker
  }

  readPieces(accountId: number, afterPosition: number): Promise<readonly HandoutPiece[]> {
    return this.#worker.call('readPieces', { accountId, afterPosition })
  }

  appendPiece(accountId: number, piece: Parameters<HandoutStore['appendPiece']>[1]): Promise<boolean> {
    return this.#worker.call('appendPiece', { accountId, ...piece })
  }

  replacePieces(accountId: number, base: Parameters<HandoutStore['replacePieces']>[1]): Promise<boolean> {
    return this.#worker.call('replacePieces', { accountId, ...base })
  }
}
