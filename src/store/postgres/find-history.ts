import { setImmediate as turn } from 'node:timers/promises'
import {
  addressAt,
  addressInRecords,
  BUCKET_BITS,
  bucketOf,
  concerning,
  type FoundEvents,
  type HistoryOperation,
  type HistoryPlace,
  type HistoryQuery,
  type HistoryRecord,
  type HistoryStore,
  type JournalRecord,
  joinEvents,
  MAX_DETAIL_CHARACTERS,
  placesOf,
  takeDetails,
} from '../../denylist/index.ts'
import { parseHistoryDetail } from '../rows/index.ts'
import type { Client } from './connect.ts'
import { toHistoryRecords } from './history-records.ts'
import { fromColumn } from './text-column.ts'

const COLUMNS = `account AS "accountId", position, kind, received_at_ms AS "receivedAtMs", key_id AS "keyId",
  receipt_id AS "receiptId", detail`
/** Rows of an address that are fetched at once, the newest first. */
const PAGE_ROWS = 1000
/** What is parsed without a pause; a millisecond or two. */
const STEP_CHARACTERS = 262_144

type Connection = Pick<Client, 'query'>
type LoadedOperation = Omit<HistoryOperation, 'detail'> & { readonly detail: string }

interface AddressRow {
  readonly part: number
  readonly entries: Uint8Array
}

/** The events of an address, on a connection that is in a transaction. */
export async function findEvents(client: Connection, query: HistoryQuery): Promise<FoundEvents> {
  const places = await findPlaces(client, query)
  const operations = await selectOperations(client, 'position = ANY($2::bigint[])', [
    query.accountId,
    places.map(({ position }) => position),
  ])
  const wide = await selectOperations(client, 'is_wide = 1 ORDER BY position DESC LIMIT $2', [
    query.accountId,
    query.limit,
  ])
  return joinEvents(
    {
      places,
      operations: await parseInSteps(operations.rows),
      wide: await parseInSteps(wide.rows, concerning(query.words)),
      tail: await readTail(client),
      isCut: operations.isCut || wide.isCut || wide.rows.length >= query.limit,
    },
    query,
  )
}

/** An address by its place in an operation, on a connection that is in a transaction. */
export async function findAddress(
  client: Connection,
  place: Parameters<HistoryStore['findAddress']>[0],
): Promise<Uint32Array | undefined> {
  const { rows } = await client.query<AddressRow>(
    `SELECT part, entries FROM honeyjam.history_address WHERE account = $2
      AND part = (SELECT min(part) FROM honeyjam.history_part WHERE part >= $1)`,
    [place.position, place.accountId],
  )
  for (const row of rows) {
    const words = addressAt(row, place)
    if (words !== undefined) return words
  }
  return addressInRecords(await readTail(client), place)
}

async function findPlaces(
  client: Connection,
  { accountId, words, limit }: HistoryQuery,
): Promise<readonly HistoryPlace[]> {
  const places: HistoryPlace[] = []
  const keys = BUCKET_BITS.map((bits) => bucketOf(words, 0, bits))
  const ofBits = BUCKET_BITS.map(
    (bits, index) =>
      `(SELECT part, entries FROM honeyjam.history_address
        WHERE account = $1 AND bits = ${bits} AND bucket = $${index + 3} AND part < $2)`,
  )
  for (let before = Number.MAX_SAFE_INTEGER; places.length < limit; ) {
    const { rows } = await client.query<AddressRow>(
      `${ofBits.join(' UNION ALL ')} ORDER BY part DESC LIMIT ${PAGE_ROWS}`,
      [accountId, before, ...keys],
    )
    for (const row of rows) places.push(...placesOf(row, words))
    before = rows.at(-1)?.part ?? 0
    if (rows.length < PAGE_ROWS) break
  }
  return places
}

/** Operations of the account $1, the newest first, until they say too much; the database sends hardly more. */
async function selectOperations(client: Connection, where: string, values: readonly unknown[]) {
  const { rows } = await client.query<LoadedOperation>(
    `SELECT ${COLUMNS} FROM (
        SELECT *, sum(octet_length(detail)) OVER (ORDER BY position DESC) - octet_length(detail) AS said
          FROM (SELECT * FROM honeyjam.history_operation WHERE account = $1 AND ${where}) AS found
      ) AS summed WHERE said < ${MAX_DETAIL_CHARACTERS} ORDER BY position DESC`,
    [...values],
  )
  return takeDetails(rows)
}

/** Others have their turn in between. */
async function parseInSteps(
  rows: readonly LoadedOperation[],
  isWanted: (operation: HistoryOperation) => boolean = () => true,
): Promise<HistoryOperation[]> {
  const operations: HistoryOperation[] = []
  let characters = 0
  for (const row of rows) {
    characters += row.detail.length
    if (characters > STEP_CHARACTERS) {
      characters = 0
      await turn()
    }
    const operation = {
      ...row,
      receiptId: fromColumn(row.receiptId),
      detail: parseHistoryDetail(row.detail),
    }
    if (isWanted(operation)) operations.push(operation)
  }
  return operations
}

/** What the tables cover and the history does not have yet. */
async function readTail(client: Connection): Promise<readonly HistoryRecord[]> {
  const { rows } = await client.query<JournalRecord>(
    `SELECT position, body FROM honeyjam.journal
      WHERE position > (SELECT coalesce(max(part), 0) FROM honeyjam.history_part)
        AND position <= (SELECT covered_position FROM honeyjam.progress) ORDER BY position`,
  )
  return await toHistoryRecords(client, rows)
}
