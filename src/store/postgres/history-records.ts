import { decodeOperation, type HistoryRecord, type JournalRecord } from '../../denylist/index.ts'
import { parseIndexes } from '../rows/index.ts'
import type { Client } from './connect.ts'
import { toColumn } from './text-column.ts'

interface AllowedRow {
  readonly account: number
  readonly receipt_id: string
  readonly allowed_indexes: string
}

const NONE: ReadonlySet<number> = new Set()

/** Operations of the journal, with what their receipts tell of addresses that an allowlist kept off the list. */
export async function toHistoryRecords(
  client: Pick<Client, 'query'>,
  journal: readonly JournalRecord[],
): Promise<HistoryRecord[]> {
  const records = journal.map(({ position, body }) => ({ position, operation: decodeOperation(body) }))
  const { rows } = await client.query<AllowedRow>(
    `SELECT account, receipt_id, allowed_indexes FROM honeyjam.receipt
      WHERE allowed_indexes IS NOT NULL AND (account, receipt_id) IN (SELECT * FROM unnest($1::integer[], $2::text[]))`,
    [
      records.map(({ operation }) => operation.accountId),
      records.map(({ operation }) => toColumn(operation.receiptId)),
    ],
  )
  const allowedByReceipt = new Map(
    rows.map((row) => [`${row.account} ${row.receipt_id}`, new Set(parseIndexes(row.allowed_indexes))]),
  )
  return records.map(({ position, operation }) => {
    const { kind, accountId, receiptId } = operation
    const allowed =
      kind === 'report' ? allowedByReceipt.get(`${accountId} ${toColumn(receiptId)}`) : undefined
    return { position, operation, allowed: allowed ?? NONE }
  })
}
