import type Database from 'better-sqlite3'
import type { EntryRows } from '../../denylist/index.ts'
import {
  ADDRESS_BYTES,
  addressToBytes,
  buffersOf,
  bytesToAddresses,
  createRows,
  LabelReader,
  type MovableRows,
  tableOrder,
} from '../rows/index.ts'
import { Moved } from './worker-service.ts'

/** A place in the table's order. */
export interface EntryKey {
  readonly accountId: number
  readonly address: Uint8Array
}

/** Some rows, and where to go on when there may be more. */
export interface EntryPage {
  readonly rows: EntryRows
  readonly next?: EntryKey
}

/** What a step of deleting did, and where to go on when it is not through. */
export interface SweepStep {
  readonly deleted: number
  readonly next?: EntryKey
}

const PAGE_ROWS = 32_768
/** Rows a sweep looks at in one transaction: a few milliseconds. */
const SWEEP_ROWS = 4096
const BEFORE_ALL: EntryKey = { accountId: -1, address: new Uint8Array() }

type LoadedRow = [
  accountId: number,
  addressHex: string,
  lastReportMs: number,
  expiresAtMs: number,
  totalReports: number,
  appliedPosition: number,
  label: string,
]

/** The table `reported`. */
export class EntryTable {
  readonly #replace: Database.Statement<[number, Uint8Array, number, number, number, string, string, number]>
  readonly #page: Database.Statement<[number, Uint8Array, number], LoadedRow>
  readonly #sweepEnd: Database.Statement<[number, Uint8Array], [number, Uint8Array]>
  readonly #sweep: Database.Statement<[number, Uint8Array, number, Uint8Array, number]>
  readonly #sweepRest: Database.Statement<[number, Uint8Array, number]>

  constructor(database: Database.Database) {
    this.#replace = database.prepare(
      `INSERT OR REPLACE INTO reported
        (account, address, last_report_ms, expires_at_ms, total_reports, dataset, tags, applied_position)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    // text rather than a blob and one text for both: three times as fast as making an object of each (measured)
    this.#page = database
      .prepare<[number, Uint8Array, number], LoadedRow>(
        `SELECT account, hex(address), last_report_ms, expires_at_ms, total_reports, applied_position,
            dataset || char(10) || tags
          FROM reported WHERE (account, address) > (?, ?) AND expires_at_ms > ?
          ORDER BY account, address LIMIT ${PAGE_ROWS}`,
      )
      .raw()
    this.#sweepEnd = database
      .prepare<[number, Uint8Array], [number, Uint8Array]>(
        `SELECT account, address FROM reported WHERE (account, address) > (?, ?)
          ORDER BY account, address LIMIT 1 OFFSET ${SWEEP_ROWS - 1}`,
      )
      .raw()
    this.#sweep = database.prepare(
      `DELETE FROM reported
        WHERE (account, address) > (?, ?) AND (account, address) <= (?, ?) AND expires_at_ms < ?`,
    )
    this.#sweepRest = database.prepare(
      'DELETE FROM reported WHERE (account, address) > (?, ?) AND expires_at_ms < ?',
    )
  }

  /** Writes the rows in the order of the table, so that each of its pages is touched once. */
  write(rows: EntryRows): void {
    const labels = rows.labels.map(({ dataset, tags }) => ({ dataset, tags: JSON.stringify(tags) }))
    const bytes = Buffer.alloc(ADDRESS_BYTES)
    for (const row of tableOrder(rows)) {
      const accountId = rows.accountIds[row] ?? 0
      addressToBytes(rows.addresses, row, bytes)
      const label = labels[rows.labelIndexes[row] ?? 0]
      if (label === undefined) throw new RangeError(`row ${row} has no label`)
      this.#replace.run(
        accountId,
        bytes,
        rows.lastReportMs[row] ?? 0,
        rows.expiresAtMs[row] ?? 0,
        rows.totalReports[row] ?? 0,
        label.dataset,
        label.tags,
        rows.appliedPositions[row] ?? 0,
      )
    }
  }

  loadPage(expiresAfterMs: number, after: EntryKey = BEFORE_ALL): Moved<EntryPage> {
    const loaded = this.#page.all(after.accountId, after.address, expiresAfterMs)
    const rows = toRows(loaded)
    const last = loaded.length === PAGE_ROWS ? loaded.at(-1) : undefined
    const next = last && { accountId: last[0], address: Uint8Array.from(Buffer.from(last[1], 'hex')) }
    return new Moved(next === undefined ? { rows } : { rows, next }, buffersOf(rows))
  }

  /** Looks at the next rows and deletes those that expired before the bound. */
  sweep(expiredBeforeMs: number, after: EntryKey = BEFORE_ALL): SweepStep {
    const end = this.#sweepEnd.get(after.accountId, after.address)
    if (end === undefined) {
      return { deleted: this.#sweepRest.run(after.accountId, after.address, expiredBeforeMs).changes }
    }
    const { changes } = this.#sweep.run(after.accountId, after.address, ...end, expiredBeforeMs)
    return { deleted: changes, next: { accountId: end[0], address: Uint8Array.from(end[1]) } }
  }
}

function toRows(loaded: readonly LoadedRow[]): MovableRows {
  const labels = new LabelReader()
  const rows = createRows(loaded.length, labels.labels)
  const bytes = Buffer.from(loaded.map(([, addressHex]) => addressHex).join(''), 'hex')
  bytesToAddresses(bytes, rows.addresses)
  for (const [row, values] of loaded.entries()) {
    rows.accountIds[row] = values[0]
    rows.lastReportMs[row] = values[2]
    rows.expiresAtMs[row] = values[3]
    rows.totalReports[row] = values[4]
    rows.appliedPositions[row] = values[5]
    rows.labelIndexes[row] = labels.indexOf(values[6])
  }
  return rows
}
