import { decodeOperation } from '../../denylist/index.ts'
import { HoneyjamError } from '../../runtime/index.ts'
import {
  ARCHIVE_TABLES,
  type ArchiveHead,
  type ArchiveRow,
  type ArchiveSource,
  type ArchiveTable,
  type ArchiveTarget,
} from '../archive/index.ts'
import { type Client, connectClient, endClient } from './connect.ts'
import { LEADER_LOCK } from './leader.ts'
import { migrate } from './migrate.ts'
import { postgresError } from './postgres-error.ts'
import { describeStoreUrl } from './store-url.ts'
import { fromColumn, toColumn } from './text-column.ts'

const BATCH_ROWS = 500
const SQL_TYPES = { number: 'bigint', text: 'text', json: 'text', bytes: 'bytea' } as const

/** Brings the schema of a database up to date. @throws HoneyjamError STORE_NEWER, STORE_UNAVAILABLE */
export async function migratePostgres(url: string): Promise<void> {
  await endClient(await connectMigrated(url, 'migrate'))
}

/** Reads the store in a database as it is at this instant; services on it may go on. */
export async function openPostgresSource(url: string): Promise<ArchiveSource> {
  const client = await connectMigrated(url, 'export')
  const query = failing('exporting', client)
  await endOnFailure(client, () => query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'))
  return {
    async head() {
      const [head] = await query<ArchiveHead>(
        `SELECT p.covered_position AS "coveredPosition", greatest(p.newest_position, h.position) AS "newestPosition"
          FROM honeyjam.progress p, honeyjam.journal_head h`,
      )
      if (head === undefined) throw new HoneyjamError('STORE_CORRUPT', 'the database has lost its progress')
      return head
    },
    async *rows(table) {
      const names = Object.keys(table.columns)
      await query(`DECLARE rows CURSOR FOR SELECT ${names.join(', ')} FROM honeyjam.${table.name}`)
      for (;;) {
        const rows = await query<Record<string, ArchiveRow[number]>>(`FETCH ${BATCH_ROWS} FROM rows`)
        if (rows.length === 0) break
        yield rows.map((row) => names.map((name) => read(table, name, row[name] ?? null)))
      }
      await query('CLOSE rows')
    },
    close: () => endClient(client),
  }
}

/** Fills the store in a database on which no service runs. @throws HoneyjamError STORE_UNAVAILABLE one does */
export async function openPostgresTarget(url: string): Promise<ArchiveTarget> {
  const client = await connectMigrated(url, 'import')
  const query = failing('importing', client)
  await endOnFailure(client, async () => {
    const [lock] = await query<{ got: boolean }>(`SELECT pg_try_advisory_lock(${LEADER_LOCK}) AS got`)
    if (lock?.got !== true)
      throw new HoneyjamError('STORE_UNAVAILABLE', 'a service runs on this database: stop it first')
    await query('BEGIN')
  })
  return {
    async findOccupied() {
      for (const { name } of ARCHIVE_TABLES) {
        const [found] = await query(`SELECT FROM honeyjam.${name} LIMIT 1`)
        if (found !== undefined) return name
      }
      return undefined
    },
    async write(table, rows) {
      const { names, types, values } = columnsOf(table, rows)
      await query(
        `INSERT INTO honeyjam.${table.name} (${names.join(', ')})
          SELECT * FROM unnest(${types.map((type, index) => `$${index + 1}::${type}[]`).join(', ')})`,
        values,
      )
    },
    async commit(head) {
      await writeHead(query, head)
      await query('COMMIT')
    },
    close: () => endClient(client),
  }
}

type Query = <Row extends object>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>

/** What stands in the journal must go on behind what the tables cover, without a gap. */
async function writeHead(query: Query, { coveredPosition, newestPosition }: ArchiveHead): Promise<void> {
  const [journal] = await query<{ records: number }>(
    'SELECT count(*) AS records FROM honeyjam.journal WHERE position > $1',
    [coveredPosition],
  )
  const records = journal?.records ?? 0
  if (records > 0 && records !== newestPosition - coveredPosition) {
    throw new HoneyjamError(
      'ARCHIVE_INVALID',
      'the journal in the archive has a gap: start and stop the service it comes from once, which merges it, and export again',
    )
  }
  // with nothing left to merge, the tables hold everything
  const covered = records === 0 ? newestPosition : coveredPosition
  // what the history does not have yet stays
  const [history] = await query<{ part: number }>(
    'SELECT coalesce(max(part), 0) AS part FROM honeyjam.history_part',
  )
  const released = Math.min(covered, history?.part ?? 0)
  await query('DELETE FROM honeyjam.journal WHERE position <= $1', [released])
  await query(
    'UPDATE honeyjam.progress SET covered_position = $1, newest_position = $2, released_position = $3',
    [covered, newestPosition, released],
  )
  await query('UPDATE honeyjam.journal_head SET position = $1, trimmed_position = $2', [
    newestPosition,
    covered,
  ])
  for (const [table, id] of [
    ['account', 'account_id'],
    ['account_key', 'key_id'],
    ['invitation', 'invitation_id'],
  ]) {
    await query(
      `SELECT setval(pg_get_serial_sequence('honeyjam.${table}', '${id}'), max(${id})) FROM honeyjam.${table}
        HAVING max(${id}) IS NOT NULL`,
    )
  }
}

function columnsOf(table: ArchiveTable, rows: readonly ArchiveRow[]) {
  const kinds = Object.entries(table.columns)
  const names = kinds.map(([name]) => name)
  const types: string[] = kinds.map(([, kind]) => SQL_TYPES[kind])
  const values: unknown[][] = kinds.map(([, kind], column) =>
    rows.map((row) => {
      const value = row[column] ?? null
      return kind === 'text' && typeof value === 'string' ? toColumn(value) : value
    }),
  )
  if (table.name !== 'journal') return { names, types, values }
  // what finds a repeated request stands beside the body here
  const operations = rows.map((row) => decodeOperation(row[names.indexOf('body')] as Uint8Array))
  return {
    names: [...names, 'record_id', 'account', 'idempotency_key', 'received_at_ms', 'receipt_id'],
    types: [...types, 'uuid', 'integer', 'text', 'bigint', 'text'],
    values: [
      ...values,
      operations.map(() => crypto.randomUUID()),
      operations.map(({ accountId }) => accountId),
      operations.map(({ idempotencyKey }) =>
        idempotencyKey === undefined ? null : toColumn(idempotencyKey),
      ),
      operations.map(({ receivedAtMs }) => receivedAtMs),
      operations.map(({ receiptId }) => toColumn(receiptId)),
    ],
  }
}

function read(table: ArchiveTable, name: string, value: ArchiveRow[number]): ArchiveRow[number] {
  return table.columns[name] === 'text' && typeof value === 'string' ? fromColumn(value) : value
}

function failing(what: string, client: Client): Query {
  return async <Row extends object>(text: string, values: readonly unknown[] = []) => {
    try {
      return (await client.query<Row>(text, [...values])).rows
    } catch (error) {
      throw postgresError(what, error)
    }
  }
}

async function connect(url: string, name: string): Promise<Client> {
  const place = describeStoreUrl(url)
  try {
    return await connectClient({ url, applicationName: 'honeyjam' }, name)
  } catch (error) {
    throw postgresError(`opening ${place}`, error)
  }
}

/** A connection whose database has today's schema; when that fails, none stays open. */
async function connectMigrated(url: string, name: string): Promise<Client> {
  const client = await connect(url, name)
  await endOnFailure(client, () => migrate(client))
  return client
}

/** An open connection would keep the program from ending. */
async function endOnFailure(client: Client, step: () => Promise<unknown>): Promise<void> {
  try {
    await step()
  } catch (error) {
    await endClient(client)
    throw postgresError('bringing the schema up to date', error)
  }
}
