import type { Account, AccountStore, Scope, StoredKey } from '../../accounts/index.ts'
import { parseTexts } from '../rows/index.ts'
import type { Pool } from './connect.ts'
import { postgresError } from './postgres-error.ts'
import { fromColumn, toColumn } from './text-column.ts'

interface KeyRow {
  readonly key_id: number
  readonly account_id: number
  readonly name: string
  readonly hash: Buffer
  readonly hint: string
  readonly scopes: string
  readonly created_at_ms: number
  readonly expires_at_ms: number | null
  readonly revoked_at_ms: number | null
}

interface AccountRow {
  readonly account_id: number
  readonly name: string
  readonly created_at_ms: number
}

/** Accounts and keys in PostgreSQL. */
export class PostgresAccountStore implements AccountStore {
  readonly #pool: Pool
  readonly #watch: (onChange: () => Promise<void>) => void

  /** @param watch is handed what wants to hear of changes */
  constructor(pool: Pool, watch: (onChange: () => Promise<void>) => void) {
    this.#pool = pool
    this.#watch = watch
  }

  watch(onChange: () => Promise<void>): void {
    this.#watch(onChange)
  }

  async loadAccounts(): Promise<readonly Account[]> {
    const rows = await this.#query<AccountRow>('SELECT * FROM honeyjam.account ORDER BY account_id', [])
    return rows.map((row) => ({
      accountId: row.account_id,
      name: fromColumn(row.name),
      createdAtMs: row.created_at_ms,
    }))
  }

  async loadKeys(): Promise<readonly StoredKey[]> {
    return (await this.#query<KeyRow>('SELECT * FROM honeyjam.account_key ORDER BY key_id', [])).map(toKey)
  }

  /** @throws HoneyjamError STORE_UNAVAILABLE also when the name is taken */
  async addAccount({ name, createdAtMs }: Omit<Account, 'accountId'>): Promise<Account> {
    const [row] = await this.#query<AccountRow>(
      'INSERT INTO honeyjam.account (name, created_at_ms) VALUES ($1, $2) RETURNING *',
      [toColumn(name), createdAtMs],
    )
    return { accountId: row?.account_id ?? 0, name, createdAtMs }
  }

  /** @throws HoneyjamError STORE_UNAVAILABLE also when there is no such account or the hash is there already */
  async addKey(key: Omit<StoredKey, 'keyId'>): Promise<StoredKey> {
    const [row] = await this.#query<KeyRow>(
      `INSERT INTO honeyjam.account_key
          (account_id, name, hash, hint, scopes, created_at_ms, expires_at_ms, revoked_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING key_id`,
      [
        key.accountId,
        toColumn(key.name),
        Buffer.from(key.hash),
        toColumn(key.hint),
        JSON.stringify(key.scopes),
        key.createdAtMs,
        key.expiresAtMs ?? null,
        key.revokedAtMs ?? null,
      ],
    )
    return { ...key, keyId: row?.key_id ?? 0 }
  }

  async revokeKey(keyId: number, revokedAtMs: number): Promise<void> {
    await this.#query(
      'UPDATE honeyjam.account_key SET revoked_at_ms = coalesce(revoked_at_ms, $1) WHERE key_id = $2',
      [revokedAtMs, keyId],
    )
  }

  async #query<Row extends object>(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    try {
      return (await this.#pool.query<Row>(text, [...values])).rows
    } catch (error) {
      throw postgresError('accounts and keys', error)
    }
  }
}

function toKey(row: KeyRow): StoredKey {
  return {
    keyId: row.key_id,
    accountId: row.account_id,
    name: fromColumn(row.name),
    hash: row.hash,
    hint: fromColumn(row.hint),
    // words this version does not know grant nothing
    scopes: parseTexts(row.scopes) as readonly Scope[],
    createdAtMs: row.created_at_ms,
    ...(row.expires_at_ms === null ? {} : { expiresAtMs: row.expires_at_ms }),
    ...(row.revoked_at_ms === null ? {} : { revokedAtMs: row.revoked_at_ms }),
  }
}
