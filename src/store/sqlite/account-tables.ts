import type Database from 'better-sqlite3'
import type { Account, KeyReplacement, Scope, StoredKey } from '../../accounts/index.ts'
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

type KeyValues = [
  ...[number, string, Uint8Array, string, string, string, number],
  ...[number | null, number | null, number | null],
]

/** The tables `account` and `account_key`. */
export class AccountTables {
  readonly #insertAccount: Database.Statement<[string, number]>
  readonly #insertKey: Database.Statement<KeyValues>
  readonly #selectAccounts: Database.Statement<[], Account>
  readonly #selectKeys: Database.Statement<[], LoadedKey>
  readonly #revoke: Database.Statement<[number, number]>
  readonly #replace: (replacement: KeyReplacement) => StoredKey | undefined

  constructor(database: Database.Database) {
    this.#insertAccount = database.prepare('INSERT INTO account (name, created_at_ms) VALUES (?, ?)')
    this.#insertKey = database.prepare(
      `INSERT INTO account_key (account_id, name, hash, hint, scopes, networks, created_at_ms, expires_at_ms,
          revoked_at_ms, replaced_by)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#selectAccounts = database.prepare(
      'SELECT account_id AS accountId, name, created_at_ms AS createdAtMs FROM account ORDER BY account_id',
    )
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
    this.#replace = database.transaction(({ keyId, endsAtMs, key }: KeyReplacement) => {
      if (isReplaceable.get(keyId) === undefined) return undefined
      const added = this.addKey(key)
      endReplaced.run({ keyId, endsAtMs, newKeyId: added.keyId })
      return added
    })
  }

  loadAccounts(): readonly Account[] {
    return this.#selectAccounts.all()
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
