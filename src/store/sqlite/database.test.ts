import { chmodSync, copyFileSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DatabaseFile, openDatabase } from './database.ts'

let directory: string
let file: DatabaseFile

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-database-'))
  file = {
    path: join(directory, 'test.db'),
    applicationId: 0x686a0001,
    migrations: [
      'CREATE TABLE one (value INTEGER)',
      'INSERT INTO one VALUES (1); CREATE TABLE two (name TEXT)',
    ],
    cacheMiB: 1,
    checkpointMiB: 1,
  }
})

afterEach(() => rmSync(directory, { recursive: true }))

/** Opens, looks and closes. */
function look<Found>(with_: Partial<DatabaseFile>, find: (database: Database.Database) => Found): Found {
  const database = openDatabase({ ...file, ...with_ })
  try {
    return find(database)
  } finally {
    database.close()
  }
}

const versionOf = (database: Database.Database) => database.pragma('user_version', { simple: true })
const tablesOf = (database: Database.Database) =>
  database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").pluck().all()

describe('openDatabase', () => {
  it('makes the file and those beside it for the owner alone, and puts every commit on stable storage', () => {
    look({}, (database) => {
      for (const suffix of ['', '-wal', '-shm']) expect(statSync(file.path + suffix).mode & 0o777).toBe(0o600)
      expect(database.pragma('journal_mode', { simple: true })).toBe('wal')
      // 2 is FULL
      expect(database.pragma('synchronous', { simple: true })).toBe(2)
    })
  })

  it('takes an older file step by step to the newest version, once', () => {
    expect(look({ migrations: file.migrations.slice(0, 1) }, tablesOf)).toEqual(['one'])
    expect(look({}, tablesOf)).toEqual(['one', 'two'])
    expect(look({}, versionOf)).toBe(2)
    expect(look({}, (database) => database.prepare('SELECT value FROM one').pluck().all())).toEqual([1])
  })

  it('leaves a file as it was when a step fails half-way', () => {
    look({ migrations: file.migrations.slice(0, 1) }, versionOf)
    const migrations = [
      file.migrations[0]!,
      'CREATE TABLE half (value INTEGER); INSERT INTO missing VALUES (1)',
    ]
    expect(() => look({ migrations }, versionOf)).toThrow(
      expect.objectContaining({ code: 'STORE_UNAVAILABLE' }) as Error,
    )
    expect(look({ migrations: file.migrations.slice(0, 1) }, tablesOf)).toEqual(['one'])
  })

  it('does not touch a file of a newer version', () => {
    look({}, versionOf)
    expect(() => look({ migrations: file.migrations.slice(0, 1) }, versionOf)).toThrow(
      expect.objectContaining({
        code: 'STORE_NEWER',
        message: expect.stringContaining('schema version 2, this honeyjam knows 1') as string,
      }) as Error,
    )
    expect(look({}, versionOf)).toBe(2)
  })

  it.each([
    { what: 'that is no database', spoil: (path: string) => writeFileSync(path, 'x'.repeat(10_000)) },
    { what: 'that was cut off', spoil: (path: string) => truncateSync(path, 20_000) },
    { what: 'with a page of garbage', spoil: (path: string) => overwrite(path, 8192 * 3) },
    { what: 'of another program', spoil: makeForeign },
    {
      what: 'of ours that belongs elsewhere',
      spoil: (path: string) => openDatabase({ ...file, path: `${path}.other`, applicationId: 5 }).close(),
      other: true,
    },
  ])('refuses a file $what and says what to do', ({ spoil, other }) => {
    look({}, (database) => {
      const insert = database.prepare('INSERT INTO two VALUES (?)')
      for (let row = 0; row < 1000; row++) insert.run('a name that fills the pages of the table')
    })
    spoil(file.path)
    if (other === true) copyFileSync(`${file.path}.other`, file.path)
    const before = statSync(file.path).size
    expect(() => look({}, versionOf)).toThrow(
      expect.objectContaining({
        code: 'STORE_CORRUPT',
        message: expect.stringMatching(
          /test\.db cannot be used: .* restore the file from a backup/,
        ) as string,
        fields: { path: file.path },
      }) as Error,
    )
    expect(statSync(file.path).size).toBe(before)
  })

  it('says so when the file cannot be made', () => {
    expect(() => look({ path: join(directory, 'absent', 'test.db') }, versionOf)).toThrow(
      expect.objectContaining({ code: 'STORE_UNAVAILABLE' }) as Error,
    )
  })

  it.skipIf(process.getuid?.() === 0)('says so when the file may not be written', () => {
    look({}, versionOf)
    chmodSync(file.path, 0o400)
    expect(() => look({ migrations: [...file.migrations, 'CREATE TABLE three (x)'] }, versionOf)).toThrow(
      expect.objectContaining({ code: 'STORE_UNAVAILABLE' }) as Error,
    )
  })
})

function overwrite(path: string, offset: number): void {
  const database = new Database(path)
  const content = database.serialize()
  database.close()
  content.fill(0xa5, offset, offset + 4096)
  writeFileSync(path, content)
}

function makeForeign(path: string): void {
  rmSync(path)
  const database = new Database(path)
  database.exec('CREATE TABLE foreign_table (value)')
  database.close()
}
