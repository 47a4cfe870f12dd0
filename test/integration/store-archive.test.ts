import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openAccounts } from '../../src/accounts/index.ts'
import { encodeOperation, NO_LIST_CHANGES, openDenylist } from '../../src/denylist/index.ts'
import { silentLogger } from '../../src/runtime/index.ts'
import {
  ARCHIVE_TABLES,
  type ArchiveSource,
  readArchive,
  writeArchive,
} from '../../src/store/archive/index.ts'
import {
  migratePostgres,
  openPostgresSource,
  openPostgresStore,
  openPostgresTarget,
  type PostgresStore,
} from '../../src/store/postgres/index.ts'
import {
  backupSqlite,
  openSqliteSource,
  openSqliteStore,
  openSqliteTarget,
  type SqliteStore,
} from '../../src/store/sqlite/index.ts'
import { bouncerRecordOf } from '../support/bouncers.ts'
import { enforcerOf } from '../support/enforcers.ts'
import { present } from '../support/entries.ts'
import { checkpointOf, type EntryRow, entryRows, ipv4Words, packRows } from '../support/entry-rows.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { type PostgresServer, postgresOrSkip, startPostgres } from '../support/postgres-server.ts'
import { sensorOf } from '../support/sensors.ts'

const logger = silentLogger
const quiet = () => undefined
const KEY = 'once "only" \\ \u00e9'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-archive-'))
})
afterEach(() => rmSync(directory, { recursive: true }))
const path = (name: string) => join(directory, name)

/** Fills a store with a bit of everything, some of it not merged. @returns a key that is valid there */
async function fill(store: SqliteStore | PostgresStore, rows: readonly EntryRow[]): Promise<string> {
  const clock = new ManualClock()
  const nowMs = clock.nowMs()
  const administrator = await (await openAccounts({ store: store.accounts })).createAdministrator(nowMs)
  const list = { accountId: 1, listId: 'l', createdAtMs: 1, appliedPosition: 1 }
  const stated = { ...list, updatedAtMs: 2, origins: [] }
  await store.denylist.writeCheckpoint(
    checkpointOf({
      entries: packRows(rows),
      allowed: [{ ...list, range: '192.0.2.0/24', dataset: 'A\0\\0', tags: ['"'] }],
      lists: {
        ...NO_LIST_CHANGES,
        lists: [
          { ...stated, listType: 'DENY', resourceType: 'CIDR', name: 'n\0', description: '\\', tags: ['T'] },
        ],
        elements: [{ ...list, element: '198.51.100.0/24', expiresAtMs: nowMs }],
        selections: [{ ...stated, status: 'ACTIVE' }],
      },
      coveredPosition: 0,
    }),
  )
  await store.usage.takeUsage({
    corrections: [{ accountId: 1, meter: 'user-month', subjectId: 0, atMs: nowMs, delta: 5 }],
    asks: [],
  })
  await store.enforcers.write({ seen: [enforcerOf(1, 'e', { revision: 'r', held: 0 })], gone: [] })
  await store.sensors.write({ seen: [sensorOf(1, 'a', { lastError: 'no\0 \ud83d\ude00' })], gone: [] })
  await store.bouncers.write({ seen: [bouncerRecordOf(1, 'no\0')], gone: [] })
  await store.handouts.appendPiece(1, {
    afterPosition: 0,
    bodies: [Uint8Array.of(0, 255), Uint8Array.of()],
  })
  const denylist = await openDenylist({ store: store.denylist, queue: store.queue, clock, logger })
  for (const [index, idempotencyKey] of [KEY, 'another'].entries())
    await denylist.submit({ ...reportAt(nowMs), receiptId: `r${index}`, idempotencyKey })
  // nothing is merged: the clock stands still, and nobody closes the lists
  return administrator!.keyText
}

function reportAt(nowMs: number) {
  return {
    kind: 'report' as const,
    accountId: 1,
    keyId: 1,
    receivedAtMs: nowMs,
    addresses: Uint32Array.from(ipv4Words(0x08080808)),
    observedAtMs: nowMs,
    ttlSeconds: 3600,
    dataset: 'ABUSE',
    tags: ['COWRIE'],
  }
}

/** Everything in a store, as text that compares. */
async function contentOf(source: ArchiveSource): Promise<unknown> {
  const tables: Record<string, string[]> = {}
  for (const table of ARCHIVE_TABLES) {
    const rows: string[] = []
    for await (const batch of source.rows(table))
      rows.push(...batch.map((row) => JSON.stringify(row.map(plain))))
    tables[table.name] = rows.toSorted()
  }
  await source.close()
  return tables
}

function plain(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value
}

const smallRows = fc
  .uniqueArray(entryRows([1, 2]), {
    maxLength: 20,
    selector: ({ accountId, words }) => `${accountId} ${words.join()}`,
  })
  .map((rows) => rows.map((row) => ({ ...row, appliedPosition: 1 })))

describe('an archive', () => {
  it('that is damaged, cut off or of another form leaves the store empty', async () => {
    const store = await openSqliteStore(path('.'), { logger })
    await fill(store, [])
    await store.close()
    const source = openSqliteSource(path('.'))
    await writeArchive(path('all.gz'), source, quiet)
    await source.close()
    expect(statSync(path('all.gz')).mode & 0o777).toBe(0o600)
    const text = gunzipSync(readFileSync(path('all.gz'))).toString()
    const spoilt: [string, () => void][] = [
      ['changed', () => writeFileSync(path('bad.gz'), gzipSync(text.replace('"admin"', '"Admin"')))],
      [
        'without its end',
        () => writeFileSync(path('bad.gz'), gzipSync(text.split('\n').slice(0, -2).join('\n'))),
      ],
      [
        'of the future',
        () => writeFileSync(path('bad.gz'), gzipSync(text.replace('archive 1', 'archive 2'))),
      ],
      ['no gzip', () => writeFileSync(path('bad.gz'), text)],
      [
        'cut off',
        () => {
          writeFileSync(path('bad.gz'), readFileSync(path('all.gz')))
          truncateSync(path('bad.gz'), statSync(path('all.gz')).size - 20)
        },
      ],
    ]
    for (const [, spoil] of spoilt) {
      spoil()
      const empty = mkdtempSync(path('empty-'))
      const target = openSqliteTarget(empty)
      await expect(readArchive(path('bad.gz'), target, quiet)).rejects.toMatchObject({
        code: 'ARCHIVE_INVALID',
      })
      await target.close()
      expect(Object.values((await contentOf(openSqliteSource(empty))) as object).flat()).toEqual([])
    }
  })

  it('that cannot be read, or cannot be written, is said so', async () => {
    const target = openSqliteTarget(path('.'))
    const read = readArchive(path('.'), target, quiet)
    await expect(read).rejects.toMatchObject({
      code: 'ARCHIVE_INVALID',
      message: expect.stringContaining('EISDIR') as string,
    })
    await target.close()
    const source = openSqliteSource(path('.'))
    const written = writeArchive(path('missing/all.gz'), source, quiet)
    await expect(written).rejects.toMatchObject({
      code: 'DIRECTORY_UNUSABLE',
      message: expect.stringContaining('ENOENT') as string,
    })
    await source.close()
  })

  it('and a backup are made where there is a store, and make none', async () => {
    const noStore = { code: 'USAGE', message: expect.stringContaining(path('typo')) as string }
    expect(() => openSqliteSource(path('typo'))).toThrow(expect.objectContaining(noStore))
    await expect(backupSqlite(path('typo'), path('copy'))).rejects.toMatchObject(noStore)
    expect(existsSync(path('typo')) || existsSync(path('copy'))).toBe(false)
  })

  it('goes into an empty store alone', async () => {
    const store = await openSqliteStore(path('.'), { logger })
    await fill(store, [])
    await store.close()
    const source = openSqliteSource(path('.'))
    await writeArchive(path('all.gz'), source, quiet)
    await source.close()
    const target = openSqliteTarget(path('.'))
    await expect(readArchive(path('all.gz'), target, quiet)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('account') as string,
    })
    await target.close()
  })
})

describe('a backup of a service that is running', () => {
  it('holds at any moment what was acknowledged before it began, and nothing by halves', async () => {
    const store = await openSqliteStore(path('.'), { logger })
    const clock = new ManualClock()
    const denylist = await openDenylist({ store: store.denylist, queue: store.queue, clock, logger })
    const nowMs = clock.nowMs()
    let number = 0
    const submit = () => {
      const words = Array.from({ length: 50 }, (_, index) =>
        ipv4Words(0x08000000 + 50 * number + index),
      ).flat()
      return denylist.submit({
        ...reportAt(nowMs),
        receiptId: `r${number++}`,
        addresses: Uint32Array.from(words),
      })
    }
    for (let round = 0; round < 8; round++) {
      for (let sent = 0; sent < 20; sent++) await submit()
      const before = number
      const backing = backupSqlite(path('.'), path(`backup-${round}`))
      // merges and goes on meanwhile
      await Promise.all([clock.advance(100), ...Array.from({ length: 20 }, submit)])
      await backing
      const restored = await openSqliteStore(path(`backup-${round}`), { logger })
      // positions go on from here in another way than in the original
      expect(await restored.denylist.storeId()).not.toBe(await store.denylist.storeId())
      const lists = await openDenylist({ store: restored.denylist, queue: restored.queue, clock, logger })
      const entries = present(lists.listEntries(1, {}, nowMs))
      expect(entries.length).toBeGreaterThanOrEqual(50 * before)
      expect(entries.length % 50).toBe(0)
      expect(entries.every(({ totalReports }) => totalReports === 1)).toBe(true)
      await restored.close()
    }
    await expect(backupSqlite(path('.'), path('backup-0'))).rejects.toMatchObject({ code: 'USAGE' })
    await store.close()
  }, 120_000)
})

describe.runIf(postgresOrSkip())('moving a store', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server.remove())

  it('from SQLite to PostgreSQL and back changes nothing, and keys and repeats are known as before', async () => {
    await fc.assert(
      fc.asyncProperty(smallRows, async (rows) => {
        const origin = mkdtempSync(path('from-'))
        const store = await openSqliteStore(origin, { logger })
        const keyText = await fill(store, rows)
        await store.close()
        const expected = await contentOf(openSqliteSource(origin))

        const url = await server.createDatabase()
        await move(openSqliteSource(origin), await openPostgresTarget(url), `${origin}.gz`)
        expect(await contentOf(await openPostgresSource(url))).toEqual(expected)

        const back = mkdtempSync(path('to-'))
        await move(await openPostgresSource(url), openSqliteTarget(back), `${back}.gz`)
        expect(await contentOf(openSqliteSource(back))).toEqual(expected)

        for (const opened of [
          await openPostgresStore(url, { logger }),
          await openSqliteStore(back, { logger }),
        ])
          await expectInUse(opened, keyText)
      }),
      { numRuns: 4 },
    )
  }, 60_000)

  it('takes no journal that ends before what the tables hold: its positions would be given again', async () => {
    const url = await server.createDatabase()
    const journal = ARCHIVE_TABLES.find(({ name }) => name === 'journal')!
    const record = encodeOperation({ ...reportAt(1), receiptId: 'r' })
    const take = async (newestPosition: number) => {
      const target = await openPostgresTarget(url)
      try {
        await target.write(journal, [[1, record]])
        await target.commit({ coveredPosition: 0, newestPosition })
      } finally {
        await target.close()
      }
    }
    await expect(take(10)).rejects.toMatchObject({ code: 'ARCHIVE_INVALID' })
    await take(1)
    const source = await openPostgresSource(url)
    expect(await source.head()).toEqual({ coveredPosition: 0, newestPosition: 1 })
    await source.close()
  })

  it('leaves no connection open to a database of a newer version', async () => {
    const url = await server.createDatabase()
    await (await openPostgresSource(url)).close()
    await server.query('UPDATE honeyjam.schema_version SET version = 1000', url)
    for (const open of [openPostgresSource, openPostgresTarget, migratePostgres])
      await expect(open(url)).rejects.toMatchObject({ code: 'STORE_NEWER' })
    await vi.waitFor(async () => {
      const left = await server.query(
        "SELECT application_name FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'honeyjam%'",
        url,
      )
      expect(left).toEqual([])
    })
  })

  it('knows every table of both stores, and every column of each', async () => {
    const url = await server.createDatabase()
    const store = await openPostgresStore(url, { logger })
    await store.close()
    const rows = await server.query<{ table_name: string; columns: string[] }>(
      `SELECT table_name, array_agg(column_name::text) AS columns FROM information_schema.columns
        WHERE table_schema = 'honeyjam' GROUP BY table_name`,
      url,
    )
    const files = await openSqliteStore(path('.'), { logger })
    await files.close()
    const tables = new Database(path('honeyjam.db'), { readonly: true })
    const inSqlite = tables.prepare(
      `SELECT t.name AS table_name, json_group_array(c.name) AS columns FROM sqlite_schema t, pragma_table_info(t.name) c
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name <> 'progress' GROUP BY t.name`,
    )
    const journal = new Database(path('journal.db'), { readonly: true })
    const inJournal = journal.prepare(
      `SELECT 'request_usage' AS table_name, json_group_array(name) AS columns FROM pragma_table_info('request_usage')`,
    )
    const all = [...inSqlite.all(), ...inJournal.all()]
    const columnsInSqlite = all as { table_name: string; columns: string }[]
    tables.close()
    journal.close()
    const own = ['progress', 'journal', 'journal_head', 'process', 'account_version', 'schema_version']
    const found = rows.filter(({ table_name: name }) => !own.includes(name))
    const sqliteColumns = columnsInSqlite.map(
      ({ table_name: name, columns }) => [name, (JSON.parse(columns) as string[]).toSorted()] as const,
    )
    expect(new Map(sqliteColumns)).toEqual(
      new Map(found.map(({ table_name: name, columns }) => [name, columns.toSorted()])),
    )
    expect(new Map(found.map(({ table_name: name, columns }) => [name, columns.toSorted()]))).toEqual(
      new Map(
        ARCHIVE_TABLES.filter(({ name }) => name !== 'journal').map(({ name, columns }) => [
          name,
          Object.keys(columns).toSorted(),
        ]),
      ),
    )
  })

  it('refuses a database on which a service runs', async () => {
    const url = await server.createDatabase()
    const store = await openPostgresStore(url, { logger })
    await store.queue.trim(0)
    await expect(openPostgresTarget(url)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await store.close()
  })
})

async function move(
  source: ArchiveSource,
  target: Parameters<typeof readArchive>[1],
  file: string,
): Promise<void> {
  const written = await writeArchive(file, source, quiet)
  expect(await readArchive(file, target, quiet)).toEqual(written)
  await source.close()
  await target.close()
}

async function expectInUse(store: SqliteStore | PostgresStore, keyText: string): Promise<void> {
  const clock = new ManualClock()
  const accounts = await openAccounts({ store: store.accounts })
  expect(accounts.authenticate(keyText, clock.nowMs())).toMatchObject({ scopes: ['admin'] })
  expect(await accounts.createAccount({ name: 'next', plan: 'FREE', nowMs: 1 })).toMatchObject({
    account: { accountId: 2 },
  })
  const denylist = await openDenylist({ store: store.denylist, queue: store.queue, clock, logger })
  const again = { ...reportAt(clock.nowMs()), receiptId: 'again', idempotencyKey: KEY }
  expect((await denylist.submit(again)).receiptId).toBe('r0')
  await store.close()
}
