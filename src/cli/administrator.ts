import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { AccountStore, Accounts } from '../accounts/index.ts'
import { HoneyjamError } from '../runtime/index.ts'
import { adminKeyFile } from './administrator-key-file.ts'
import { replaceKey } from './replace-key.ts'
import { readSecretIfPresent, writeSecretFile } from './secret-file.ts'

/** What the command line needs to know of the administrator of an installation. */
export interface Administrator {
  readonly accountId: number
  readonly keyFile: string
  /** `new`: made by this start. `missing` and `invalid`: only `honeyjam key reset-admin` makes another. */
  readonly keyState: 'new' | 'kept' | 'missing' | 'invalid'
  /** The key, when `new`: the only time that it is shown. */
  readonly newKey?: string
}

/** An opened installation. */
export interface Installation {
  readonly directory: string
  readonly store: AccountStore
  readonly accounts: Accounts
}

/** The name of the keys that stand in `admin.key`. */
const KEY_NAME = 'administrator'
/** Stands in the data directory from before the administrator is stored until the key file is written. */
const UNFINISHED_MARK = 'first-start-unfinished'

/**
 * Makes the administrator on the first start, and finishes a first start that a crash cut off: as long as the mark is
 * there, nobody has seen a key.
 */
export async function ensureAdministrator(installation: Installation, nowMs: number): Promise<Administrator> {
  const mark = join(installation.directory, UNFINISHED_MARK)
  const accountId = await findAdministrator(installation)
  if (accountId !== undefined && !existsSync(mark)) return describeKept(accountId, installation, nowMs)

  writeSecretFile(mark, 'The key of the administrator is not in admin.key yet.')
  const administrator =
    accountId === undefined
      ? await createAdministrator(installation, nowMs)
      : await replaceAdminKey(accountId, installation, nowMs)
  rmSync(mark)
  return administrator
}

/**
 * Makes another key for the administrator, writes it to `admin.key` and revokes the ones it replaces.
 * @throws HoneyjamError USAGE the service was never started here
 */
export async function resetAdminKey(installation: Installation, nowMs: number): Promise<Administrator> {
  const accountId = await findAdministrator(installation)
  if (accountId === undefined) {
    throw new HoneyjamError(
      'USAGE',
      `${installation.directory} holds no account yet: the first start of honeyjam serve makes one`,
    )
  }
  return replaceAdminKey(accountId, installation, nowMs)
}

/** The administrator's account is the first one. */
async function findAdministrator({ store }: Installation): Promise<number | undefined> {
  const accountIds = (await store.loadAccounts()).map((account) => account.accountId)
  return accountIds.length === 0 ? undefined : Math.min(...accountIds)
}

async function createAdministrator(
  { directory, accounts, store }: Installation,
  nowMs: number,
): Promise<Administrator> {
  const created = await accounts.createAdministrator(nowMs)
  if (created === undefined) return await describeOthers({ directory, accounts, store }, nowMs)
  writeSecretFile(adminKeyFile(directory), created.keyText)
  return describeNew(created.account.accountId, directory, created.keyText)
}

async function replaceAdminKey(
  accountId: number,
  { directory, accounts }: Installation,
  nowMs: number,
): Promise<Administrator> {
  const path = adminKeyFile(directory)
  const keyText = await replaceKey(accounts, { accountId, name: KEY_NAME, scopes: ['admin'], path }, nowMs)
  return describeNew(accountId, directory, keyText)
}

/** Another process on the same store was faster. */
async function describeOthers(installation: Installation, nowMs: number): Promise<Administrator> {
  const accountId = await findAdministrator(installation)
  if (accountId === undefined) throw new Error('a store that holds keys holds no account')
  return describeKept(accountId, installation, nowMs)
}

function describeNew(accountId: number, directory: string, newKey: string): Administrator {
  return { accountId, keyFile: adminKeyFile(directory), keyState: 'new', newKey }
}

function describeKept(
  accountId: number,
  { directory, accounts }: Installation,
  nowMs: number,
): Administrator {
  const keyFile = adminKeyFile(directory)
  const key = readSecretIfPresent(keyFile)
  if (key === undefined) return { accountId, keyFile, keyState: 'missing' }
  const isValid = accounts.authenticate(key, nowMs) !== undefined
  return { accountId, keyFile, keyState: isValid ? 'kept' : 'invalid' }
}
