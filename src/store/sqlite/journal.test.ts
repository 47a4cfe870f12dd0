import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from './database.ts'
import { Journal, journalFile } from './journal.ts'
import { storeError } from './store-error.ts'

let directory: string
let database: Database.Database
let journal: Journal

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-journal-'))
  open()
})

afterEach(() => {
  journal.close()
  rmSync(directory, { recursive: true })
})

function open(): void {
  database = openDatabase(journalFile(join(directory, 'journal.db')))
  journal = new Journal(database)
}

const positions = () => journal.read(0, 1000).map(({ position }) => position)

describe('the journal', () => {
  it('takes all records of a group or none, and goes on when there is space again', () => {
    journal.append([Buffer.alloc(100)])
    const pages = Number(database.pragma('page_count', { simple: true }))
    database.pragma(`max_page_count = ${pages + 4}`)
    let failure: unknown
    try {
      journal.append([Buffer.alloc(100), Buffer.alloc(200_000)])
    } catch (error) {
      failure = error
    }
    expect(storeError('the journal', failure)).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      fields: { sqliteCode: 'SQLITE_FULL' },
    })
    expect(positions()).toEqual([1])
    expect(journal.records).toBe(1)

    database.pragma('max_page_count = 1000000')
    expect(journal.append([Buffer.alloc(100), Buffer.alloc(200_000)])).toEqual([2, 3])
    expect(positions()).toEqual([1, 2, 3])
    expect(journal.records).toBe(3)
  })

  it('trims a bounded number of records a step, and flushes the next record all the same', () => {
    journal.append(Array.from({ length: 150 }, () => Buffer.alloc(10)))
    expect(journal.trimStep(140)).toBe(true)
    expect(journal.records).toBeGreaterThan(10)
    while (journal.trimStep(140));
    expect(positions()).toEqual([141, 142, 143, 144, 145, 146, 147, 148, 149, 150])
    // 2 is FULL
    expect(database.pragma('synchronous', { simple: true })).toBe(2)
  })

  it('uses the space of trimmed records again', () => {
    const pages = fillAndTrim()
    for (let round = 0; round < 5; round++) fillAndTrim()
    expect(fillAndTrim()).toBeLessThanOrEqual(pages + 2)
  })

  it.each([
    { what: 'is new', records: 0 },
    { what: 'is older than the tables', records: 3 },
  ])('goes on behind the tables when it $what', ({ records }) => {
    if (records > 0) journal.append(Array.from({ length: records }, () => Buffer.alloc(1)))
    expect(journal.startBehind(1000)).toBe(true)
    journal.close()
    open()
    expect(journal.startBehind(1000)).toBe(false)
    expect(journal.append([Buffer.alloc(1)])).toEqual([1001])
  })

  it('goes on by itself when it is ahead of the tables', () => {
    journal.append([Buffer.alloc(1), Buffer.alloc(1)])
    expect(journal.startBehind(1)).toBe(false)
    expect(journal.append([Buffer.alloc(1)])).toEqual([3])
  })
})

/** @returns how many pages the file has then */
function fillAndTrim(): number {
  const last = journal.append(Array.from({ length: 64 }, () => Buffer.alloc(16_000))).at(-1) ?? 0
  while (journal.trimStep(last));
  return Number(database.pragma('page_count', { simple: true }))
}
