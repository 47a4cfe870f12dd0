import type Database from 'better-sqlite3'
import {
  type AddressPlace,
  addressAt,
  addressInRecords,
  BUCKET_BITS,
  bucketOf,
  decodeOperation,
  type FoundEvents,
  type HistoryOperation,
  type HistoryPlace,
  type HistoryQuery,
  type HistoryRecord,
  type JournalRecord,
  joinEvents,
  placesOf,
  takeDetails,
} from '../../denylist/index.ts'
import { parseHistoryDetail } from '../rows/index.ts'
import { AllowedIndexes } from './allowed-indexes.ts'
import type { JournalBeside } from './journal-beside.ts'

const COLUMNS = `account AS accountId, position, kind, received_at_ms AS receivedAtMs, key_id AS keyId,
  receipt_id AS receiptId, detail`

type LoadedOperation = Omit<HistoryOperation, 'detail'> & { readonly detail: string }
interface AddressRow {
  readonly part: number
  readonly entries: Uint8Array
}

/** Reads the history, and the journal for what is not part of it yet. */
export class HistoryReader {
  readonly #tables: Database.Database
  readonly #journal: JournalBeside
  readonly #allowed: AllowedIndexes
  readonly #rows: Database.Statement<number[], AddressRow>
  readonly #operation: Database.Statement<[number], LoadedOperation>
  readonly #wide: Database.Statement<[number, number], LoadedOperation>
  readonly #rowsOfPart: Database.Statement<[number, number], AddressRow>

  constructor(tables: Database.Database, journal: JournalBeside) {
    this.#tables = tables
    this.#journal = journal
    this.#allowed = new AllowedIndexes(tables)
    const ofBits = BUCKET_BITS.map(
      (bits) =>
        `SELECT part, entries FROM history_address WHERE account = ? AND bits = ${bits} AND bucket = ?`,
    )
    this.#rows = tables.prepare(`${ofBits.join(' UNION ALL ')} ORDER BY part DESC`)
    this.#operation = tables.prepare(`SELECT ${COLUMNS} FROM history_operation WHERE position = ?`)
    this.#wide = tables.prepare(
      `SELECT ${COLUMNS} FROM history_operation WHERE account = ? AND is_wide = 1 ORDER BY position DESC LIMIT ?`,
    )
    this.#rowsOfPart = tables.prepare(
      `SELECT part, entries FROM history_address
        WHERE part = (SELECT min(part) FROM history_part WHERE part >= ?) AND account = ?`,
    )
  }

  find(query: HistoryQuery): FoundEvents {
    return this.#atOneInstant(() => {
      const places = this.#findPlaces(query)
      const operations = takeDetails(this.#operationsAt(places))
      const wide = takeDetails(this.#wide.iterate(query.accountId, query.limit))
      return joinEvents(
        {
          places,
          operations: toOperations(operations.rows),
          wide: toOperations(wide.rows),
          tail: this.#tail(),
          isCut: operations.isCut || wide.isCut,
        },
        query,
      )
    })
  }

  *#operationsAt(places: readonly HistoryPlace[]): Iterable<LoadedOperation> {
    const newestFirst = places.toSorted((left, right) => right.position - left.position)
    for (const { position } of newestFirst) yield* this.#operation.all(position)
  }

  findAddress(place: AddressPlace): Uint32Array | undefined {
    return this.#atOneInstant(() => {
      for (const row of this.#rowsOfPart.iterate(place.position, place.accountId)) {
        const words = addressAt(row, place)
        if (words !== undefined) return words
      }
      return addressInRecords(this.#tail(), place)
    })
  }

  #findPlaces({ accountId, words, limit }: HistoryQuery): readonly HistoryPlace[] {
    const places: HistoryPlace[] = []
    const keys = BUCKET_BITS.flatMap((bits) => [accountId, bucketOf(words, 0, bits)])
    for (const row of this.#rows.iterate(...keys)) {
      places.push(...placesOf(row, words))
      if (places.length >= limit) break
    }
    return places
  }

  /** What the tables cover and the history does not have yet. */
  #tail(): readonly HistoryRecord[] {
    const [{ history, covered } = { history: 0, covered: 0 }] = this.#tables
      .prepare<[], { history: number; covered: number }>(
        `SELECT coalesce((SELECT max(part) FROM history_part), 0) AS history, covered_position AS covered FROM progress`,
      )
      .all()
    const records = this.#journal.database
      .prepare<[number, number], JournalRecord>(
        'SELECT position, body FROM journal WHERE position > ? AND position <= ? ORDER BY position',
      )
      .all(history, covered)
    return records.map(({ position, body }) => {
      const operation = decodeOperation(body)
      return { position, operation, allowed: this.#allowed.of(operation) }
    })
  }

  /** The journal first: what leaves it afterwards is in the tables as they are read then. */
  #atOneInstant<Found>(read: () => Found): Found {
    const journal = this.#journal.database
    const inTables = () => this.#tables.transaction(read)()
    return journal.transaction(() => {
      journal.prepare('SELECT 1 FROM journal LIMIT 1').get()
      return inTables()
    })()
  }
}

function toOperations(rows: readonly LoadedOperation[]): HistoryOperation[] {
  return rows.map((row) => ({ ...row, detail: parseHistoryDetail(row.detail) }))
}
