import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLogger, silentLogger } from '../../src/runtime/index.ts'
import { openSqliteStore, type SqliteStore } from '../../src/store/sqlite/index.ts'
import { checkpointOf, entryRow, ipv4Words, packRows } from '../support/entry-rows.ts'
import { CAN_MOUNT, mountSmallDisk } from '../support/small-disk.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-faults-'))
})

afterEach(() => rmSync(directory, { recursive: true }))

const open = (in_ = directory) => openSqliteStore(in_, { logger: silentLogger })

describe('a store that cannot be opened', () => {
  it.each([
    { file: 'journal.db', other: 'honeyjam.db' },
    { file: 'honeyjam.db', other: 'journal.db' },
  ])('names the damaged file $file and lets go of the other', async ({ file, other }) => {
    writeFileSync(join(directory, file), 'not a database'.repeat(1000))
    const failure: unknown = await open().catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'STORE_CORRUPT', fields: { path: join(directory, file) } })
    rmSync(join(directory, file))
    rmSync(join(directory, other))
    await (await open()).close()
  })

  it('says so when there is no directory', async () => {
    await expect(open(join(directory, 'absent'))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })
})

describe('a store whose journal was lost', () => {
  it.each([
    { what: 'that the tables cover', covered: 100, applied: 1 },
    { what: 'that a row holds which is ahead of what they cover', covered: 1, applied: 100 },
  ])('gives no position $what, and tells its operator', async ({ covered, applied }) => {
    const first = await open()
    await first.queue.append(new Uint8Array(1))
    const entries = packRows([entryRow({ appliedPosition: applied })])
    await first.denylist.writeCheckpoint({ ...checkpointOfRows(0), entries, coveredPosition: covered })
    await first.close()
    rmSync(join(directory, 'journal.db'))

    const lines: string[] = []
    const destination = { write: (line: string) => lines.push(line) }
    const logger = createLogger({ format: 'json', level: 'warn', destination })
    const second = await openSqliteStore(directory, { logger })
    expect(await second.queue.append(new Uint8Array(1))).toBe(101)
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ newestPosition: 100 }),
    ])
    await second.close()
  })
})

describe('a store on a read-only disk', () => {
  it.skipIf(!CAN_MOUNT)('says so, and opens again when the disk can be written', async () => {
    const mounted = mountSmallDisk(8)
    try {
      const first = await open(mounted.path)
      await first.queue.append(new Uint8Array(1))
      await first.close()
      mounted.remount('ro')
      await expect(open(mounted.path)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
      mounted.remount('rw')
      const second = await open(mounted.path)
      expect(await second.queue.size()).toEqual({ records: 1 })
      await second.close()
    } finally {
      mounted.remove()
    }
  })
})

describe('a store on a full disk', () => {
  it.skipIf(!CAN_MOUNT)('loses nothing, says so, and goes on when there is space again', async () => {
    const mounted = mountSmallDisk(8)
    try {
      mkdirSync(join(mounted.path, 'data'))
      const store = await open(join(mounted.path, 'data'))
      const { acknowledged, refusal } = await fillJournal(store)
      expect(refusal).toMatchObject({ code: 'STORE_UNAVAILABLE', fields: { sqliteCode: 'SQLITE_FULL' } })
      expect(acknowledged.length).toBeGreaterThan(0)
      await expect(store.denylist.writeCheckpoint(checkpointOfRows(100_000))).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
      })
      await expect(store.queue.append(new Uint8Array(100_000))).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
      })

      mounted.remount('size=64m')
      acknowledged.push(await store.queue.append(new Uint8Array(100_000)))
      await store.denylist.writeCheckpoint(checkpointOfRows(100_000))
      expect((await store.queue.read(0, 1_000_000)).map(({ position }) => position)).toEqual(acknowledged)
      expect(await countEntries(store)).toBe(100_000)
      await store.close()

      const reopened = await open(join(mounted.path, 'data'))
      expect((await reopened.queue.read(0, 1_000_000)).map(({ position }) => position)).toEqual(acknowledged)
      expect(await countEntries(reopened)).toBe(100_000)
      await reopened.close()
    } finally {
      mounted.remove()
    }
  })
})

/** Appends until the disk is full. @returns the positions that were acknowledged, and the first refusal */
async function fillJournal(store: SqliteStore): Promise<{ acknowledged: number[]; refusal: unknown }> {
  const acknowledged: number[] = []
  for (;;) {
    try {
      acknowledged.push(await store.queue.append(new Uint8Array(100_000)))
    } catch (refusal) {
      return { acknowledged, refusal }
    }
  }
}

async function countEntries(store: SqliteStore): Promise<number> {
  let count = 0
  await store.denylist.loadEntries(-1, (rows) => {
    count += rows.count
  })
  return count
}

function checkpointOfRows(rows: number) {
  const entries = packRows(Array.from({ length: rows }, (_, index) => entryRow({ words: ipv4Words(index) })))
  return checkpointOf({ entries, coveredPosition: 0 })
}

/** Only root may mount, and not in every container. */
