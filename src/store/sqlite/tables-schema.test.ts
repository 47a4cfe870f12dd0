import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openDatabase } from './database.ts'
import { Tables } from './tables.ts'
import { tablesFile } from './tables-schema.ts'

it('takes a file of the first version, with what stands in it, to one that holds agents', () => {
  const directory = mkdtempSync(join(tmpdir(), 'honeyjam-tables-'))
  try {
    const file = tablesFile(join(directory, 'honeyjam.db'))
    const old = openDatabase({ ...file, migrations: file.migrations.slice(0, 1) })
    old.exec("INSERT INTO account (name, created_at_ms) VALUES ('admin', 1)")
    old.close()
    const tables = new Tables(openDatabase(file))
    expect(tables.accounts.loadAccounts()).toMatchObject([{ name: 'admin' }])
    expect(tables.sensors.load()).toEqual([])
    tables.close()
  } finally {
    rmSync(directory, { recursive: true })
  }
})
