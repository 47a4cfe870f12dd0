import type Database from 'better-sqlite3'
import type { Account, Scope, StoredKey } from '../../accounts/index.ts'
import { parseTexts } from '../rows/index.ts'

interface LoadedKey extends Omit<StoredKey, 'scopes' | 'expiresAtMs' | 'revokedAtMs'> {
  readonly scopes: string
  readonly expiresAtMs: number | null
  readonly revokedAtMs: number | null
}

type KeyValues = [number, string, Uint8Array, string, string, number, number | null, number | null]

/** The tables `account` and `account_key`. */
export class AccountTables {
  readonly #insertAccount: Database.Statement<[string, number]>
  readonly #insertKey: Database.Statement<KeyValues>
  readonly #selectAccounts: Database.Statement<[], Account>
  readonly #selectKeys: Database.Statement<[], LoadedKey>
  readonly #revoke: Database.Statement<[number, number]>

  constructor(database: Database.Database) {
    this.#insertAccount = database.prepare('INSERT INTO account (name, created_at_ms) VALUES (?, ?)')
    this.#insertKey = database.prepare(
      `INSERT INTO account_key (account_id, name, hash, hint, scopes, created_at_ms, expires_at_ms, revoked_at_ms)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#selectAccounts = database.prepare(
      'SELECT account_id AS accountId, name, created_at_ms AS createdAtMs FROM account ORDER BY account_id',
    )
    this.#selectKeys = database.prepare(
      `SELECT key_id AS keyId, account_id AS accountId, name, hash, hint, scopes, created_at_ms AS createdAtMs,
          expires_at_ms AS expiresAtMs, revoked_at_ms AS revokedAtMs
        FROM account_key ORDER BY key_id`,
    )
    this.#revoke = database.prepare(
      'UPDATE account_key SET revoked_at_ms = coalesce(revoked_at_ms, ?) WHERE key_id = ?',
    )
  }

  loadAccounts(): readonly Account[] {
    return this.#selectAccounts.all()
  }

  loadKeys(): readonly StoredKey[] {
    return this.#selectKeys.all().map(({ scopes, expiresAtMs, revokedAtMs, ...key }) => ({
      ...key,
      // words this version does not know grant nothing
      scopes: parseTexts(scopes) as readonly Scope[],
      ...(expiresAtMs === null ? {} : { expiresAtMs }),
      ...(revokedAtMs === null ? {} : { revokedAtMs }),
    }))
  }

  addAccount({ name, createdAtMs }: Omit<Account, 'accountId'>): Account {
    const { lastInsertRowid } = this.#insertAccount.run(name, createdAtMs)
    return { accountId: Number(lastInsertRowid), name, createdAtMs }
  }

  addKey(key: Omit<StoredKey, 'keyId'>): StoredKey {
    const { lastInsertRowid } = this.#insertKey.run(
      key.accountId,
      key.name,
      key.hash,
      key.hint,
      JSON.stringify(key.scopes),
      key.createdAtMs,
      key.expiresAtMs ?? null,
      key.revokedAtMs ?? null,
    )
    return { ...key, keyId: Number(lastInsertRowid) }
  }

  revokeKey(keyId: number, revokedAtMs: number): void {
    this.#revoke.run(revokedAtMs, keyId)
  }
}
