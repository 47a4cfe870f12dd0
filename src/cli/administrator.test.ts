import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openAccounts } from '../accounts/index.ts'
import { silentLogger } from '../runtime/index.ts'
import { openSqliteStore } from '../store/sqlite/index.ts'
import { ensureAdministrator, type Installation, resetAdminKey } from './administrator.ts'
import { readSecretIfPresent } from './secret-file.ts'

const NOW_MS = Date.UTC(2026, 10, 24)

let directory: string
let installation: Installation
let close: () => Promise<void>

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-'))
  await open()
})
afterEach(async () => {
  await close()
  rmSync(directory, { recursive: true })
})

const mark = () => join(directory, 'first-start-unfinished')

async function open(): Promise<void> {
  const store = await openSqliteStore(directory, { logger: silentLogger })
  installation = {
    directory,
    store: store.accounts,
    accounts: await openAccounts({ store: store.accounts }),
  }
  close = store.close
}

async function restart() {
  await close()
  await open()
  return ensureAdministrator(installation, NOW_MS)
}

const isValid = (key: string | undefined) =>
  key !== undefined && installation.accounts.authenticate(key, NOW_MS) !== undefined

it('the first start makes the key and keeps it, the next ones show it no more', async () => {
  const first = await ensureAdministrator(installation, NOW_MS)
  expect(first.keyState).toBe('new')
  expect(readSecretIfPresent(first.keyFile)).toBe(first.newKey)
  expect(await restart()).toEqual({ accountId: first.accountId, keyFile: first.keyFile, keyState: 'kept' })
  expect(isValid(first.newKey)).toBe(true)
})

describe('a first start that was cut off', () => {
  it('before anything was stored', async () => {
    writeFileSync(mark(), '')
    expect((await restart()).keyState).toBe('new')
    expect(existsSync(mark())).toBe(false)
  })

  it('when the account was stored and no key', async () => {
    await installation.store.addAccount({ name: 'admin', createdAtMs: NOW_MS, plan: 'UNLIMITED' })
    writeFileSync(mark(), '')
    const finished = await restart()
    expect(isValid(finished.newKey)).toBe(true)
    expect(await installation.store.loadAccounts()).toHaveLength(1)
  })

  it('when a key was stored and its file not yet', async () => {
    const unseen = await installation.accounts.createAdministrator(NOW_MS)
    writeFileSync(mark(), '')
    const finished = await restart()
    expect(isValid(finished.newKey)).toBe(true)
    expect(readSecretIfPresent(finished.keyFile)).toBe(finished.newKey)
    expect(isValid(unseen?.keyText)).toBe(false)
    expect((await restart()).keyState).toBe('kept')
  })
})

describe('a lost key', () => {
  it('is noticed, and replaced only when somebody asks for it', async () => {
    const { keyFile, newKey } = await ensureAdministrator(installation, NOW_MS)
    rmSync(keyFile)
    expect((await restart()).keyState).toBe('missing')
    const reset = await resetAdminKey(installation, NOW_MS)
    expect(isValid(reset.newKey)).toBe(true)
    expect(isValid(newKey)).toBe(false)
    expect((await restart()).keyState).toBe('kept')
  })

  it('is told from one that is not valid', async () => {
    const { keyFile } = await ensureAdministrator(installation, NOW_MS)
    writeFileSync(keyFile, 'something else\n')
    expect((await restart()).keyState).toBe('invalid')
  })

  it('leaves other keys of the administrator alone', async () => {
    const { accountId } = await ensureAdministrator(installation, NOW_MS)
    const scopes = ['admin'] as const
    const other = await installation.accounts.createKey({
      accountId,
      name: 'second admin',
      scopes,
      nowMs: NOW_MS,
    })
    await resetAdminKey(installation, NOW_MS)
    expect(isValid(other.keyText)).toBe(true)
  })

  it('cannot be replaced where no service was ever started', async () => {
    await expect(resetAdminKey(installation, NOW_MS)).rejects.toThrow('holds no account yet')
  })
})
