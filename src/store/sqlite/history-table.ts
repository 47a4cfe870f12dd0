import type Database from 'better-sqlite3'
import {
  decodeOperation,
  type HistoryPart,
  type HistoryProgress,
  type HistoryRecord,
  isWide,
  type JournalRecord,
  packHistory,
} from '../../denylist/index.ts'
import { WORDS_PER_ADDRESS } from '../../ip/index.ts'
import { AllowedIndexes } from './allowed-indexes.ts'

/** What a step takes at most: a checkpoint waits for it some tenths of a second. */
const STEP_ADDRESSES = 200_000
const STEP_OPERATIONS = 4096
/** Operations of lists are texts, up to half a MB each. */
const STEP_BYTES = 4 * 1024 * 1024
const PAGE_RECORDS = 64
/** Rows a step deletes: a few milliseconds. */
const DELETED_ROWS = 1000

/** Writes the tables `history_part`, `history_operation` and `history_address`. */
export class HistoryTable {
  readonly #newestPart: Database.Statement<[], number | null>
  readonly #allowed: AllowedIndexes
  readonly #write: Database.Transaction<(part: HistoryPart) => void>
  readonly #oldestPart: Database.Statement<[number], number>
  readonly #deleteAddresses: Database.Statement<[number]>
  readonly #deleteOperations: Database.Statement<[number]>
  readonly #deletePart: Database.Statement<[number]>

  constructor(database: Database.Database) {
    this.#newestPart = database.prepare<[], number | null>('SELECT max(part) FROM history_part').pluck()
    this.#allowed = new AllowedIndexes(database)
    this.#write = prepareWrite(database)
    this.#oldestPart = database
      .prepare<[number], number>(
        `SELECT part FROM history_part WHERE newest_ms < ? AND part < (SELECT max(part) FROM history_part)
          ORDER BY part LIMIT 1`,
      )
      .pluck()
    this.#deleteAddresses = database.prepare(
      `DELETE FROM history_address WHERE (account, bits, bucket, part) IN
        (SELECT account, bits, bucket, part FROM history_address WHERE part = ? LIMIT ${DELETED_ROWS})`,
    )
    this.#deleteOperations = database.prepare(
      `DELETE FROM history_operation WHERE position IN
        (SELECT position FROM history_operation WHERE position <= ? ORDER BY position LIMIT ${DELETED_ROWS})`,
    )
    this.#deletePart = database.prepare('DELETE FROM history_part WHERE part = ?')
  }

  /** Takes the next records of the journal, as many as a step may. */
  extend(journal: Database.Database, throughPosition: number): HistoryProgress {
    const from = this.#newestPart.get() ?? 0
    const records = this.#read(journal, from, throughPosition)
    const last = records.at(-1)
    if (last === undefined) return { position: throughPosition, isDone: true }
    this.#write.immediate(packHistory(records, last.position))
    return { position: last.position, isDone: last.position >= throughPosition }
  }

  /**
   * Deletes a little of the oldest part, if all of it is too old; the newest stays, since it says how far history is.
   * @returns rows deleted; `undefined` when there is nothing left to do
   */
  deleteStep(receivedBeforeMs: number): number | undefined {
    const part = this.#oldestPart.get(receivedBeforeMs)
    if (part === undefined) return undefined
    const addresses = this.#deleteAddresses.run(part).changes
    const operations = this.#deleteOperations.run(part).changes
    if (addresses < DELETED_ROWS && operations < DELETED_ROWS) this.#deletePart.run(part)
    return addresses + operations
  }

  #read(journal: Database.Database, from: number, through: number): HistoryRecord[] {
    const select = journal.prepare<[number, number], JournalRecord>(
      `SELECT position, body FROM journal WHERE position > ? AND position <= ?
        ORDER BY position LIMIT ${PAGE_RECORDS}`,
    )
    const records: HistoryRecord[] = []
    let addresses = 0
    let bytes = 0
    const isRoom = () => addresses < STEP_ADDRESSES && records.length < STEP_OPERATIONS && bytes < STEP_BYTES
    for (let after = from; isRoom(); ) {
      const page = select.all(after, through)
      for (const { position, body } of page) {
        if (!isRoom()) break
        bytes += body.byteLength
        const operation = decodeOperation(body)
        records.push({ position, operation, allowed: this.#allowed.of(operation) })
        if ('addresses' in operation) addresses += operation.addresses.length / WORDS_PER_ADDRESS
        after = position
      }
      if (page.length < PAGE_RECORDS) break
    }
    return records
  }
}

function prepareWrite(database: Database.Database): Database.Transaction<(part: HistoryPart) => void> {
  const insertPart = database.prepare<[number, number]>(
    'INSERT INTO history_part (part, newest_ms) VALUES (?, ?)',
  )
  const insertOperation = database.prepare<[number, number, string, number, number, string, string, number]>(
    `INSERT INTO history_operation
      (account, position, kind, received_at_ms, key_id, receipt_id, detail, is_wide) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const insertRow = database.prepare<[number, number, number, number, Uint8Array]>(
    'INSERT INTO history_address (account, bits, bucket, part, entries) VALUES (?, ?, ?, ?, ?)',
  )
  return database.transaction(({ part, newestMs, operations, rows }: HistoryPart) => {
    insertPart.run(part, newestMs)
    for (const { accountId, position, kind, receivedAtMs, keyId, receiptId, detail } of operations) {
      const wide = isWide(detail) ? 1 : 0
      insertOperation.run(
        accountId,
        position,
        kind,
        receivedAtMs,
        keyId,
        receiptId,
        JSON.stringify(detail),
        wide,
      )
    }
    for (const { accountId, bits, bucket, entries } of rows)
      insertRow.run(accountId, bits, bucket, part, entries)
  })
}
