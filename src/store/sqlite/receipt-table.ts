import type Database from 'better-sqlite3'
import type { Receipt } from '../../denylist/index.ts'
import { parseCounts } from '../rows/index.ts'

/** Receipts a step deletes: a few milliseconds. */
const STEP_ROWS = 1000

const COLUMNS = `account AS accountId, receipt_id AS receiptId, kind, received_at_ms AS receivedAtMs,
  idempotency_key AS idempotencyKey, taken, folded, skipped, position,
  list_id AS listId`

interface LoadedRow {
  readonly accountId: number
  readonly receiptId: string
  readonly kind: Receipt['kind']
  readonly receivedAtMs: number
  readonly idempotencyKey: string | null
  readonly taken: number
  readonly folded: number
  readonly skipped: string
  readonly position: number | null
  readonly listId: string | null
}

/** Writes the table `receipt`. */
export class ReceiptTable {
  readonly #replace: Database.Statement<
    [
      number,
      string,
      string,
      number,
      string | null,
      number,
      number,
      string,
      number | null,
      string | null,
      string | null,
    ]
  >
  readonly #deleteOld: Database.Statement<[number, number]>

  constructor(database: Database.Database) {
    this.#replace = database.prepare(
      `INSERT OR REPLACE INTO receipt
        (account, receipt_id, kind, received_at_ms, idempotency_key, taken, folded, skipped,
          position, list_id, allowed_indexes)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#deleteOld = database.prepare(
      'DELETE FROM receipt WHERE rowid IN (SELECT rowid FROM receipt WHERE received_at_ms < ? LIMIT ?)',
    )
  }

  write(receipts: readonly Receipt[]): void {
    for (const receipt of receipts) {
      this.#replace.run(
        receipt.accountId,
        receipt.receiptId,
        receipt.kind,
        receipt.receivedAtMs,
        receipt.idempotencyKey ?? null,
        receipt.taken,
        receipt.folded,
        JSON.stringify(receipt.skipped),
        receipt.position ?? null,
        receipt.listId ?? null,
        receipt.allowedIndexes === undefined ? null : JSON.stringify(receipt.allowedIndexes),
      )
    }
  }

  /** @returns rows deleted; fewer than {@link STEP_ROWS} when it is through */
  deleteStep(receivedBeforeMs: number): { readonly deleted: number; readonly isDone: boolean } {
    const { changes } = this.#deleteOld.run(receivedBeforeMs, STEP_ROWS)
    return { deleted: changes, isDone: changes < STEP_ROWS }
  }
}

/** Reads the table `receipt`. */
export class ReceiptReader {
  readonly #selectById: Database.Statement<[number, string], LoadedRow>
  readonly #selectByKey: Database.Statement<[number, string, number], LoadedRow>

  constructor(database: Database.Database) {
    this.#selectById = database.prepare(`SELECT ${COLUMNS} FROM receipt WHERE account = ? AND receipt_id = ?`)
    this.#selectByKey = database.prepare(
      `SELECT ${COLUMNS} FROM receipt WHERE account = ? AND idempotency_key = ? AND received_at_ms > ?
        ORDER BY received_at_ms DESC LIMIT 1`,
    )
  }

  findById(accountId: number, receiptId: string): Receipt | undefined {
    return toReceipt(this.#selectById.get(accountId, receiptId))
  }

  /** @returns the newest with this key that came in after the bound */
  findByIdempotencyKey(accountId: number, key: string, receivedAfterMs: number): Receipt | undefined {
    return toReceipt(this.#selectByKey.get(accountId, key, receivedAfterMs))
  }
}

function toReceipt(row: LoadedRow | undefined): Receipt | undefined {
  if (row === undefined) return undefined
  const { idempotencyKey, skipped, position, listId, ...rest } = row
  return {
    ...rest,
    ...(idempotencyKey === null ? {} : { idempotencyKey }),
    skipped: parseCounts(skipped),
    ...(position === null ? {} : { position }),
    ...(listId === null ? {} : { listId }),
  }
}
