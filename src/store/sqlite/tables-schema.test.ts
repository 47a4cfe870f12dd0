import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openDatabase } from './database.ts'
import { Tables } from './tables.ts'
import { tablesFile } from './tables-schema.ts'

it.each([1, 2, 3, 4, 5, 6])(
  'takes a file of version %i, with what stands in it, to one that holds agents and lists',
  (version) => {
    const directory = mkdtempSync(join(tmpdir(), 'honeyjam-tables-'))
    try {
      const file = tablesFile(join(directory, 'honeyjam.db'))
      const old = openDatabase({ ...file, migrations: file.migrations.slice(0, version) })
      old.exec("INSERT INTO account (name, created_at_ms) VALUES ('admin', 1)")
      old.close()
      const tables = new Tables(openDatabase(file))
      expect(tables.accounts.loadAccounts()).toMatchObject([{ name: 'admin', plan: 'UNLIMITED' }])
      expect(tables.sensors.load()).toEqual([])
      expect(tables.enforcers.load()).toEqual([])
      expect(tables.lists.load(-1)).toEqual({ lists: [], elements: [], selections: [] })
      expect(tables.storeId()).toMatch(/^[0-9a-f]{32}$/)
      tables.close()
    } finally {
      rmSync(directory, { recursive: true })
    }
  },
)
