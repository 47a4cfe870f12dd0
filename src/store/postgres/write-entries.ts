import type { EntryRows } from '../../denylist/index.ts'
import { ADDRESS_BYTES, addressToBytes, tableOrder } from '../rows/index.ts'
import type { Client } from './connect.ts'
import { toColumn } from './text-column.ts'

/**
 * Copies the rows into what PostgreSQL takes, in the order of the table, so that each of its pages is touched once: columns as
 * array texts, addresses in one piece.
 * @throws RangeError a row names a label that is not there
 */
export function entryColumns(rows: EntryRows): readonly unknown[] {
  const order = tableOrder(rows)
  const pick = (column: ArrayLike<number>) => arrayText(order, column)
  for (const row of order) {
    if (rows.labels[rows.labelIndexes[row] ?? 0] === undefined)
      throw new RangeError(`row ${row} has no label`)
  }
  return [
    pick(rows.accountIds),
    addressBytes(rows, order),
    pick(rows.lastReportMs),
    pick(rows.expiresAtMs),
    pick(rows.totalReports),
    pick(rows.appliedPositions),
    pick(rows.labelIndexes),
    rows.labels.map(({ dataset }) => toColumn(dataset)),
    rows.labels.map(({ tags }) => JSON.stringify(tags)),
  ]
}

/** Writes rows within the transaction of the connection; what is there is replaced. */
export async function writeEntries(client: Client, columns: readonly unknown[]): Promise<void> {
  await client.query({
    name: 'write entries',
    text: `INSERT INTO honeyjam.reported
        (account, address, last_report_ms, expires_at_ms, total_reports, applied_position, dataset, tags)
      SELECT r.account, substr($2::bytea, (${ADDRESS_BYTES} * (r.ord - 1) + 1)::integer, ${ADDRESS_BYTES}), r.last_report, r.expires_at, r.total, r.applied,
          l.dataset, l.tags
        FROM unnest($1::integer[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::integer[])
          WITH ORDINALITY AS r (account, last_report, expires_at, total, applied, label, ord)
        -- picking elements of a long array of texts one by one takes quadratic time
        JOIN unnest($8::text[], $9::text[]) WITH ORDINALITY AS l (dataset, tags, number) ON l.number = r.label + 1
      ON CONFLICT (account, address) DO UPDATE SET
        last_report_ms = excluded.last_report_ms, expires_at_ms = excluded.expires_at_ms,
        total_reports = excluded.total_reports, applied_position = excluded.applied_position,
        dataset = excluded.dataset, tags = excluded.tags`,
    values: [...columns],
  })
}

function addressBytes(rows: EntryRows, order: Uint32Array): Buffer {
  const bytes = Buffer.allocUnsafe(ADDRESS_BYTES * order.length)
  for (const [index, row] of order.entries()) {
    addressToBytes(rows.addresses, row, bytes.subarray(ADDRESS_BYTES * index))
  }
  return bytes
}

/** A PostgreSQL array of numbers as text; a tenth of the cost of an array of JavaScript's. */
function arrayText(order: Uint32Array, column: ArrayLike<number>): string {
  let text = ''
  for (const row of order) text += `,${column[row] ?? 0}`
  return `{${text.slice(1)}}`
}
