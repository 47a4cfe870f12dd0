import type {
  AllowRow,
  Checkpoint,
  DenylistStore,
  DenylistTables,
  EntryRows,
  ListRows,
  Receipt,
} from '../../denylist/index.ts'
import type { Client, Pool } from './connect.ts'
import { deleteHistory } from './delete-history.ts'
import type { Leader } from './leader.ts'
import { postgresError } from './postgres-error.ts'
import type { ProcessRow } from './process-row.ts'
import { RECEIPTS } from './row-tables.ts'
import { TablesReader } from './tables-reader.ts'
import { toColumn } from './text-column.ts'
import { prepareCheckpoint } from './write-checkpoint.ts'

export interface PostgresDenylistStoreParts {
  readonly pool: Pool
  readonly leader: Leader
  readonly process: ProcessRow
  /** Lets go of pool and leader. */
  readonly close: () => Promise<void>
}

/** The tables of an installation in PostgreSQL: read by all its processes, written by the one that leads. */
export class PostgresDenylistStore implements DenylistStore {
  readonly #parts: PostgresDenylistStoreParts

  constructor(parts: PostgresDenylistStoreParts) {
    this.#parts = parts
  }

  async snapshot<Result>(read: (tables: DenylistTables) => Promise<Result>): Promise<Result> {
    await this.#parts.process.hold(this.#parts.pool).catch(failed)
    return await this.#atOneInstant(read)
  }

  coveredPosition(): Promise<number> {
    return this.#atOneInstant((tables) => tables.coveredPosition())
  }

  storeId(): Promise<string> {
    return this.#atOneInstant((tables) => tables.storeId())
  }

  loadEntries(expiresAfterMs: number, onBatch: (rows: EntryRows) => void): Promise<void> {
    return this.#atOneInstant((tables) => tables.loadEntries(expiresAfterMs, onBatch))
  }

  loadAllowed(expiresAfterMs: number): Promise<readonly AllowRow[]> {
    return this.#atOneInstant((tables) => tables.loadAllowed(expiresAfterMs))
  }

  loadLists(expiresAfterMs: number): Promise<ListRows> {
    return this.#atOneInstant((tables) => tables.loadLists(expiresAfterMs))
  }

  findReceiptById(accountId: number, receiptId: string): Promise<Receipt | undefined> {
    return this.#findReceipt('account = $1 AND receipt_id = $2', [accountId, toColumn(receiptId)])
  }

  findReceiptByIdempotencyKey(
    accountId: number,
    idempotencyKey: string,
    receivedAfterMs: number,
  ): Promise<Receipt | undefined> {
    return this.#findReceipt(
      'account = $1 AND idempotency_key = $2 AND received_at_ms > $3 ORDER BY received_at_ms DESC LIMIT 1',
      [accountId, toColumn(idempotencyKey), receivedAfterMs],
    )
  }

  /** Copies the checkpoint before it returns, so the caller's arrays stay its own. */
  async writeCheckpoint(checkpoint: Checkpoint): Promise<void> {
    let write: (client: Client) => Promise<void>
    try {
      write = prepareCheckpoint(checkpoint)
    } catch (error) {
      throw postgresError('writing a checkpoint', error)
    }
    await this.#parts.leader.transaction('writing a checkpoint', write)
  }

  deleteHistory(cutoffs: Parameters<DenylistStore['deleteHistory']>[0]): Promise<number> {
    return deleteHistory(this.#parts.leader, cutoffs)
  }

  close(): Promise<void> {
    return this.#parts.close()
  }

  /** What `read` throws passes as it is. */
  async #atOneInstant<Result>(read: (tables: DenylistTables) => Promise<Result>): Promise<Result> {
    const client = await this.#parts.pool.connect().catch(failed)
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY').catch(failed)
      const result = await read(new TablesReader(client))
      await client.query('COMMIT').catch(failed)
      client.release()
      return result
    } catch (error) {
      client.release(true)
      throw error
    }
  }

  async #findReceipt(where: string, values: readonly unknown[]): Promise<Receipt | undefined> {
    try {
      const [receipt] = await RECEIPTS.select(this.#parts.pool, `WHERE ${where}`, values)
      return receipt
    } catch (error) {
      throw postgresError('looking for a receipt', error)
    }
  }
}

function failed(error: unknown): never {
  throw postgresError('loading the tables', error)
}
