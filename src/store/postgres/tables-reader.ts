import type { AllowRow, DenylistTables, EntryRows, ListRows } from '../../denylist/index.ts'
import { ADDRESS_BYTES, bytesToAddresses, createRows, LabelReader, type MovableRows } from '../rows/index.ts'
import type { Client } from './connect.ts'
import { postgresError } from './postgres-error.ts'
import type { RowTable } from './row-table.ts'
import { ALLOWED, LIST_ELEMENTS, PRIVATE_LISTS, SELECTIONS } from './row-tables.ts'
import { fromColumn } from './text-column.ts'

const PAGE_ROWS = 32_768

/** In the order of the columns. */
type LoadedEntry = [
  accountId: number,
  addressHex: string,
  lastReportMs: number,
  expiresAtMs: number,
  totalReports: number,
  appliedPosition: number,
  dataset: string,
  tags: string,
]

const IN_FORCE = 'WHERE expires_at_ms IS NULL OR expires_at_ms > $1'

/** Reads the tables of the lists on a connection that is in a transaction. */
export class TablesReader implements DenylistTables {
  readonly #connection: Pick<Client, 'query'>

  constructor(connection: Pick<Client, 'query'>) {
    this.#connection = connection
  }

  async coveredPosition(): Promise<number> {
    try {
      const { rows } = await this.#connection.query<{ covered: number }>(
        'SELECT covered_position AS covered FROM honeyjam.progress',
      )
      return rows[0]?.covered ?? 0
    } catch (error) {
      throw postgresError('reading the tables', error)
    }
  }

  async storeId(): Promise<string> {
    try {
      const { rows } = await this.#connection.query<{ id: string }>(
        'SELECT store_id::text AS id FROM honeyjam.progress',
      )
      return rows[0]?.id ?? ''
    } catch (error) {
      throw postgresError('reading the tables', error)
    }
  }

  /**
   * Reads the table from one end to the other, once. Pages by key would be read by index only as long as the planner knows the
   * table well; else each of them scans and sorts all of it.
   */
  async loadEntries(expiresAfterMs: number, onBatch: (rows: EntryRows) => void): Promise<void> {
    await this.#query({
      text: `DECLARE entries NO SCROLL CURSOR FOR
        SELECT account, encode(address, 'hex'), last_report_ms, expires_at_ms, total_reports, applied_position,
            dataset, tags
          FROM honeyjam.reported WHERE expires_at_ms > $1`,
      values: [expiresAfterMs],
    })
    for (;;) {
      const loaded = await this.#query({ rowMode: 'array', text: `FETCH ${PAGE_ROWS} FROM entries` })
      if (loaded.length === 0) break
      onBatch(toRows(loaded as LoadedEntry[]))
    }
    await this.#query({ text: 'CLOSE entries' })
  }

  loadAllowed(expiresAfterMs: number): Promise<readonly AllowRow[]> {
    return this.#select(ALLOWED, `${IN_FORCE} ORDER BY account, range COLLATE "C"`, expiresAfterMs)
  }

  async loadLists(expiresAfterMs: number): Promise<ListRows> {
    return {
      lists: await this.#select(
        PRIVATE_LISTS,
        `${IN_FORCE} ORDER BY account, created_at_ms, list_id COLLATE "C"`,
        expiresAfterMs,
      ),
      elements: await this.#select(
        LIST_ELEMENTS,
        `${IN_FORCE} ORDER BY account, list_id COLLATE "C", element COLLATE "C"`,
        expiresAfterMs,
      ),
      selections: await this.#select(
        SELECTIONS,
        `${IN_FORCE} ORDER BY account, list_id COLLATE "C"`,
        expiresAfterMs,
      ),
    }
  }

  async #query(query: { text: string; values?: unknown[]; rowMode?: 'array' }): Promise<readonly unknown[]> {
    try {
      return (await this.#connection.query(query)).rows as unknown[]
    } catch (error) {
      throw postgresError('reading entries', error)
    }
  }

  async #select<Row extends object>(table: RowTable<Row>, rest: string, value: number): Promise<Row[]> {
    try {
      return await table.select(this.#connection, rest, [value])
    } catch (error) {
      throw postgresError('reading the tables', error)
    }
  }
}

function toRows(loaded: readonly LoadedEntry[]): MovableRows {
  const labels = new LabelReader()
  const rows = createRows(loaded.length, labels.labels)
  const bytes = Buffer.allocUnsafe(ADDRESS_BYTES * loaded.length)
  for (const [row, values] of loaded.entries()) {
    bytes.write(values[1], ADDRESS_BYTES * row, 'hex')
    rows.accountIds[row] = values[0]
    rows.lastReportMs[row] = values[2]
    rows.expiresAtMs[row] = values[3]
    rows.totalReports[row] = values[4]
    rows.appliedPositions[row] = values[5]
    rows.labelIndexes[row] = labels.indexOf(`${fromColumn(values[6])}\n${values[7]}`)
  }
  bytesToAddresses(bytes, rows.addresses)
  return rows
}
