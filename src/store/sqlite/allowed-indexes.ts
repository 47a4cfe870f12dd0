import type Database from 'better-sqlite3'
import type { Operation } from '../../denylist/index.ts'
import { parseIndexes } from '../rows/index.ts'

const NONE: ReadonlySet<number> = new Set()

/** Tells from receipts which addresses of a report an allowlist kept off the list. */
export class AllowedIndexes {
  readonly #select: Database.Statement<[number, string], string | null>

  constructor(database: Database.Database) {
    this.#select = database
      .prepare<[number, string], string | null>(
        'SELECT allowed_indexes FROM receipt WHERE account = ? AND receipt_id = ?',
      )
      .pluck()
  }

  of({ kind, accountId, receiptId }: Operation): ReadonlySet<number> {
    const indexes = kind === 'report' ? this.#select.get(accountId, receiptId) : undefined
    return indexes === undefined || indexes === null ? NONE : new Set(parseIndexes(indexes))
  }
}
