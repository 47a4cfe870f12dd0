import type Database from 'better-sqlite3'
import {
  type Account,
  type AccountChange,
  type AddedAccount,
  type FirstKey,
  type KeyReplacement,
  type NewAccount,
  planOf,
  type Scope,
  type StoredKey,
} from '../../accounts/index.ts'
import type { Range } from '../../ip/index.ts'
import { parseTexts } from '../rows/index.ts'

type OptionalNumber = 'expiresAtMs' | 'revokedAtMs' | 'replacedBy'

interface LoadedKey extends Omit<StoredKey, 'scopes' | 'networks' | OptionalNumber> {
  readonly scopes: string
  readonly networks: string
  readonly expiresAtMs: number | null
  readonly revokedAtMs: number | null
  readonly replacedBy: number | null
}

interface AccountRow {
  readonly accountId: number
  readonly name: string
  readonly createdAtMs: number
  readonly plan: string
  readonly disabledAtMs: number | null
}

const ACCOUNT_COLUMNS = `account_id AS accountId, name, created_at_ms AS createdAtMs, plan, disabled_at_ms AS disabledAtMs`

interface ChangeValues {
  readonly accountId: number
  readonly plan: string | null
  readonly isKept: 0 | 1
  readonly disabledAtMs: number | null
}

type KeyValues = [
  ...[number, string, Uint8Array, string, string, string, number],
  ...[number | null, number | null, number | null],
]

/** The tables `account` and `account_key`. */
export class AccountTables {
  readonly #insertAccount: Database.Statement<[string, number, string, number | null], AccountRow>
  readonly #changeAccount: Database.Statement<[ChangeValues], AccountRow>
  readonly #insertKey: Database.Statement<KeyValues>
  readonly #selectAccounts: Database.Statement<[], AccountRow>
  readonly #selectKeys: Database.Statement<[], LoadedKey>
  readonly #revoke: Database.Statement<[number, number]>
  readonly #add: (account: NewAccount, key?: FirstKey) => AddedAccount | undefined
  readonly #replace: (replacement: KeyReplacement) => StoredKey | undefined

  constructor(database: Database.Database) {
    this.#insertAccount = database.prepare(
      `INSERT INTO account (name, created_at_ms, plan, disabled_at_ms) VALUES (?, ?, ?, ?)
        ON CONFLICT (name) DO NOTHING RETURNING ${ACCOUNT_COLUMNS}`,
    )
    this.#changeAccount = database.prepare(
      `UPDATE account SET plan = coalesce(@plan, plan), disabled_at_ms = CASE
          WHEN @isKept THEN disabled_at_ms WHEN @disabledAtMs IS NULL THEN NULL
          ELSE coalesce(disabled_at_ms, @disabledAtMs) END
        WHERE account_id = @accountId RETURNING ${ACCOUNT_COLUMNS}`,
    )
    this.#insertKey = database.prepare(
      `INSERT INTO account_key (account_id, name, hash, hint, scopes, networks, created_at_ms, expires_at_ms,
          revoked_at_ms, replaced_by)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#selectAccounts = database.prepare(`SELECT ${ACCOUNT_COLUMNS} FROM account ORDER BY account_id`)
    this.#selectKeys = database.prepare(
      `SELECT key_id AS keyId, account_id AS accountId, name, hash, hint, scopes, networks,
          created_at_ms AS createdAtMs, expires_at_ms AS expiresAtMs, revoked_at_ms AS revokedAtMs,
          replaced_by AS replacedBy
        FROM account_key ORDER BY key_id`,
    )
    this.#revoke = database.prepare(
      'UPDATE account_key SET revoked_at_ms = coalesce(revoked_at_ms, ?) WHERE key_id = ?',
    )
    const endReplaced = database.prepare<{ keyId: number; endsAtMs: number; newKeyId: number }>(
      `UPDATE account_key SET expires_at_ms = min(coalesce(expires_at_ms, @endsAtMs), @endsAtMs), replaced_by = @newKeyId
        WHERE key_id = @keyId`,
    )
    const isReplaceable = database.prepare<[number]>(
      'SELECT 1 FROM account_key WHERE key_id = ? AND revoked_at_ms IS NULL AND replaced_by IS NULL',
    )
    this.#add = database.transaction((account: NewAccount, key?: FirstKey) => {
      const { name, createdAtMs, plan, disabledAtMs } = account
      const row = this.#insertAccount.get(name, createdAtMs, plan, disabledAtMs ?? null)
      if (row === undefined) return undefined
      const { accountId } = row
      return {
        account: toAccount(row),
        ...(key === undefined ? {} : { key: this.addKey({ ...key, accountId }) }),
      }
    })
    this.#replace = database.transaction(({ keyId, endsAtMs, key }: KeyReplacement) => {
      if (isReplaceable.get(keyId) === undefined) return undefined
      const added = this.addKey(key)
      endReplaced.run({ keyId, endsAtMs, newKeyId: added.keyId })
      return added
    })
  }

  loadAccounts(): readonly Account[] {
    return this.#selectAccounts.all().map(toAccount)
  }

  loadKeys(): readonly StoredKey[] {
    return this.#selectKeys
      .all()
      .map(({ scopes, networks, expiresAtMs, revokedAtMs, replacedBy, ...key }) => ({
        ...key,
        // words this version does not know grant nothing
        scopes: parseTexts(scopes) as readonly Scope[],
        networks: parseTexts(networks) as readonly Range[],
        ...(expiresAtMs === null ? {} : { expiresAtMs }),
        ...(revokedAtMs === null ? {} : { revokedAtMs }),
        ...(replacedBy === null ? {} : { replacedBy }),
      }))
  }

  addAccount(account: NewAccount, key?: FirstKey): AddedAccount | undefined {
    return this.#add(account, key)
  }

  changeAccount(accountId: number, { plan, disabledAtMs }: AccountChange): Account | undefined {
    const isKept = disabledAtMs === undefined ? 1 : 0
    const values = { accountId, plan: plan ?? null, isKept, disabledAtMs: disabledAtMs ?? null } as const
    const row = this.#changeAccount.get(values)
    return row === undefined ? undefined : toAccount(row)
  }

  addKey(key: Omit<StoredKey, 'keyId'>): StoredKey {
    const { lastInsertRowid } = this.#insertKey.run(
      key.accountId,
      key.name,
      key.hash,
      key.hint,
      JSON.stringify(key.scopes),
      JSON.stringify(key.networks),
      key.createdAtMs,
      key.expiresAtMs ?? null,
      key.revokedAtMs ?? null,
      key.replacedBy ?? null,
    )
    return { ...key, keyId: Number(lastInsertRowid) }
  }

  revokeKey(keyId: number, revokedAtMs: number): void {
    this.#revoke.run(revokedAtMs, keyId)
  }

  replaceKey(replacement: KeyReplacement): StoredKey | undefined {
    return this.#replace(replacement)
  }
}

function toAccount({ plan, disabledAtMs, ...account }: AccountRow): Account {
  return { ...account, plan: planOf(plan), ...(disabledAtMs === null ? {} : { disabledAtMs }) }
}
