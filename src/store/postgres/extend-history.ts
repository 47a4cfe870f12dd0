import { setImmediate } from 'node:timers/promises'
import {
  type HistoryPart,
  type HistoryProgress,
  type HistoryRecord,
  isWide,
  type JournalRecord,
  packHistory,
} from '../../denylist/index.ts'
import { WORDS_PER_ADDRESS } from '../../ip/index.ts'
import type { Client } from './connect.ts'
import { toHistoryRecords } from './history-records.ts'
import { toColumn } from './text-column.ts'

/** What a step takes at most; laying out so many addresses takes the event loop some ten milliseconds. */
const STEP_ADDRESSES = 64_000
const STEP_OPERATIONS = 4096
/** Operations of lists are texts, up to half a MB each. */
const STEP_BYTES = 4 * 1024 * 1024
const PAGE_RECORDS = 32
/** Some milliseconds. */
const BYTES_AT_ONCE = 524_288
/** Rows a step deletes. */
const DELETED_ROWS = 1000

/** Takes the next records of the journal into the history, within the transaction of the connection. */
export async function extendHistory(client: Client, throughPosition: number): Promise<HistoryProgress> {
  const records: HistoryRecord[] = []
  let addresses = 0
  let bytes = 0
  let after = await newestPart(client)
  while (addresses < STEP_ADDRESSES && records.length < STEP_OPERATIONS && bytes < STEP_BYTES) {
    const { rows } = await client.query<JournalRecord>({
      name: 'read for history',
      text: `SELECT position, body FROM honeyjam.journal WHERE position > $1 AND position <= $2
        ORDER BY position LIMIT ${PAGE_RECORDS}`,
      values: [after, throughPosition],
    })
    const some = rowsAtOnce(rows)
    for (const { body } of some) bytes += body.byteLength
    for (const record of await toHistoryRecords(client, some)) {
      const { operation, position } = record
      records.push(record)
      if ('addresses' in operation) addresses += operation.addresses.length / WORDS_PER_ADDRESS
      after = position
    }
    if (rows.length < PAGE_RECORDS && some.length === rows.length) break
    await setImmediate()
  }
  const last = records.at(-1)
  if (last === undefined) return { position: throughPosition, isDone: true }
  await writePart(client, packHistory(records, last.position))
  return { position: last.position, isDone: last.position >= throughPosition }
}

/** As many of the first records as are taken apart without a pause; one in any case. */
function rowsAtOnce(rows: readonly JournalRecord[]): readonly JournalRecord[] {
  let bytes = 0
  const tooMany = rows.findIndex(({ body }, index) => {
    bytes += body.byteLength
    return index > 0 && bytes > BYTES_AT_ONCE
  })
  return tooMany < 0 ? rows : rows.slice(0, tooMany)
}

/**
 * Deletes a little of the oldest part, if all of it is too old; the newest stays, since it says how far history is.
 * @returns rows deleted; `undefined` when there is nothing left to do
 */
export async function deleteHistoryStep(
  client: Client,
  receivedBeforeMs: number,
): Promise<number | undefined> {
  const { rows } = await client.query<{ part: number }>(
    `SELECT part FROM honeyjam.history_part
      WHERE newest_ms < $1 AND part < (SELECT max(part) FROM honeyjam.history_part) ORDER BY part LIMIT 1`,
    [receivedBeforeMs],
  )
  const [oldest] = rows
  if (oldest === undefined) return undefined
  const addresses = await deleteRows(client, 'history_address', 'part = $1', oldest.part)
  const operations = await deleteRows(client, 'history_operation', 'position <= $1', oldest.part)
  if (addresses < DELETED_ROWS && operations < DELETED_ROWS)
    await client.query('DELETE FROM honeyjam.history_part WHERE part = $1', [oldest.part])
  return addresses + operations
}

async function deleteRows(client: Client, table: string, where: string, value: number): Promise<number> {
  const { rowCount } = await client.query(
    `DELETE FROM honeyjam.${table} WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM honeyjam.${table} WHERE ${where} LIMIT ${DELETED_ROWS}))`,
    [value],
  )
  return rowCount ?? 0
}

async function newestPart(client: Client): Promise<number> {
  const { rows } = await client.query<{ part: number }>(
    'SELECT coalesce(max(part), 0) AS part FROM honeyjam.history_part',
  )
  return rows[0]?.part ?? 0
}

async function writePart(client: Client, { part, newestMs, operations, rows }: HistoryPart): Promise<void> {
  await client.query('INSERT INTO honeyjam.history_part (part, newest_ms) VALUES ($1, $2)', [part, newestMs])
  await client.query(
    `INSERT INTO honeyjam.history_operation
        (account, position, kind, received_at_ms, key_id, receipt_id, detail, is_wide)
      SELECT * FROM unnest($1::integer[], $2::bigint[], $3::text[], $4::bigint[], $5::integer[], $6::text[],
        $7::text[], $8::smallint[])`,
    [
      operations.map(({ accountId }) => accountId),
      operations.map(({ position }) => position),
      operations.map(({ kind }) => kind),
      operations.map(({ receivedAtMs }) => receivedAtMs),
      operations.map(({ keyId }) => keyId),
      operations.map(({ receiptId }) => toColumn(receiptId)),
      operations.map(({ detail }) => JSON.stringify(detail)),
      operations.map(({ detail }) => (isWide(detail) ? 1 : 0)),
    ],
  )
  let end = 0
  const ends = rows.map(({ entries }) => (end += entries.length))
  // bodies in one piece: an array of them would be sent as text, twice as long
  await client.query(
    `INSERT INTO honeyjam.history_address (account, bits, bucket, part, entries)
      SELECT r.account, r.bits, r.bucket, $1, substr($2::bytea, r.start + 1, r.finish - r.start)
        FROM unnest($3::integer[], $4::smallint[], $5::smallint[], $6::integer[], $7::integer[])
          AS r (account, bits, bucket, start, finish)`,
    [
      part,
      Buffer.concat(rows.map(({ entries }) => entries)),
      rows.map(({ accountId }) => accountId),
      rows.map(({ bits }) => bits),
      rows.map(({ bucket }) => bucket),
      ends.map((_, index) => ends[index - 1] ?? 0),
      ends,
    ],
  )
}
