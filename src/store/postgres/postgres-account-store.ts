import {
  type Account,
  type AccountChange,
  type AccountStore,
  type AddedAccount,
  type FirstKey,
  type Invitation,
  type InvitationDetails,
  type InvitedSignUp,
  type KeyReplacement,
  type NewAccount,
  planOf,
  type Scope,
  type StoredKey,
} from '../../accounts/index.ts'
import type { Range } from '../../ip/index.ts'
import { parseTexts } from '../rows/index.ts'
import type { Pool } from './connect.ts'
import { type InvitationRow, toInvitation } from './invitation-rows.ts'
import { isTakenBy, postgresError } from './postgres-error.ts'
import { fromColumn, toColumn } from './text-column.ts'

interface KeyRow {
  readonly key_id: number
  readonly account_id: number
  readonly name: string
  readonly hash: Buffer
  readonly hint: string
  readonly scopes: string
  readonly networks: string
  readonly created_at_ms: number
  readonly expires_at_ms: number | null
  readonly revoked_at_ms: number | null
  readonly replaced_by: number | null
}

interface AccountRow {
  readonly account_id: number
  readonly name: string
  readonly created_at_ms: number
  readonly plan: string
  readonly disabled_at_ms: number | null
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
    return (await this.#query<AccountRow>('SELECT * FROM honeyjam.account ORDER BY account_id', [])).map(
      toAccount,
    )
  }

  async loadKeys(): Promise<readonly StoredKey[]> {
    return (await this.#query<KeyRow>('SELECT * FROM honeyjam.account_key ORDER BY key_id', [])).map(toKey)
  }

  async addAccount(account: NewAccount, key?: FirstKey): Promise<AddedAccount | undefined> {
    const { name, createdAtMs, plan, disabledAtMs } = account
    const values = [toColumn(name), createdAtMs, plan, disabledAtMs ?? null]
    const insert = `INSERT INTO honeyjam.account (name, created_at_ms, plan, disabled_at_ms) VALUES ($1, $2, $3, $4)
        ON CONFLICT (name) DO NOTHING RETURNING *`
    if (key === undefined) {
      const [row] = await this.#query<AccountRow>(insert, values)
      return row === undefined ? undefined : { account: toAccount(row) }
    }
    const [row] = await this.#query<AccountRow & { readonly key_id: number }>(
      `WITH new AS (${insert}), first_key AS (
          ${INSERT_FIRST_KEY}
        )
        SELECT new.*, first_key.key_id FROM new, first_key`,
      [...values, ...detailsOf(key)],
    )
    if (row === undefined) return undefined
    const { account_id: accountId, key_id: keyId } = row
    return { account: toAccount(row), key: { ...key, accountId, keyId } }
  }

  async changeAccount(
    accountId: number,
    { plan, disabledAtMs }: AccountChange,
  ): Promise<Account | undefined> {
    const [row] = await this.#query<AccountRow>(
      `UPDATE honeyjam.account SET plan = coalesce($2, plan), disabled_at_ms = CASE
          WHEN $3 THEN disabled_at_ms WHEN $4::bigint IS NULL THEN NULL ELSE coalesce(disabled_at_ms, $4) END
        WHERE account_id = $1 RETURNING *`,
      [accountId, plan ?? null, disabledAtMs === undefined, disabledAtMs ?? null],
    )
    return row === undefined ? undefined : toAccount(row)
  }

  /** @throws HoneyjamError STORE_UNAVAILABLE also when there is no such account or the hash is there already */
  async addKey(key: Omit<StoredKey, 'keyId'>): Promise<StoredKey> {
    const [row] = await this.#query<KeyRow>(
      `INSERT INTO honeyjam.account_key (${KEY_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        RETURNING key_id`,
      valuesOf(key),
    )
    return { ...key, keyId: row?.key_id ?? 0 }
  }

  async revokeKey(keyId: number, revokedAtMs: number): Promise<void> {
    await this.#query(
      'UPDATE honeyjam.account_key SET revoked_at_ms = coalesce(revoked_at_ms, $1) WHERE key_id = $2',
      [revokedAtMs, keyId],
    )
  }

  /** In one statement, so that two processes never replace the same key: the second waits and finds it replaced. */
  async replaceKey({ keyId, endsAtMs, key }: KeyReplacement): Promise<StoredKey | undefined> {
    const [row] = await this.#query<KeyRow>(
      `WITH old AS (
          SELECT key_id FROM honeyjam.account_key
            WHERE key_id = $11 AND revoked_at_ms IS NULL AND replaced_by IS NULL FOR UPDATE
        ), new AS (
          INSERT INTO honeyjam.account_key (${KEY_COLUMNS})
            SELECT $1::integer, $2::text, $3::bytea, $4::text, $5::text, $6::text, $7::bigint, $8::bigint, $9::bigint,
              $10::integer FROM old
            RETURNING key_id
        ), ended AS (
          UPDATE honeyjam.account_key k SET expires_at_ms = least(k.expires_at_ms, $12), replaced_by = new.key_id
            FROM new, old WHERE k.key_id = old.key_id
        )
        SELECT key_id FROM new`,
      [...valuesOf(key), keyId, endsAtMs],
    )
    return row === undefined ? undefined : { ...key, keyId: row.key_id }
  }

  async addInvitation(details: InvitationDetails): Promise<Invitation> {
    const { hash, plan, uses, createdAtMs, expiresAtMs } = details
    const [row] = await this.#query<InvitationRow>(
      `INSERT INTO honeyjam.invitation (hash, plan, uses, created_at_ms, expires_at_ms) VALUES ($1, $2, $3, $4, $5)
        RETURNING *`,
      [Buffer.from(hash), plan, uses, createdAtMs, expiresAtMs],
    )
    if (row === undefined) throw new TypeError('the new row was not returned')
    return toInvitation(row)
  }

  async loadInvitations(): Promise<readonly Invitation[]> {
    const text = 'SELECT * FROM honeyjam.invitation ORDER BY invitation_id'
    return (await this.#query<InvitationRow>(text, [])).map(toInvitation)
  }

  async revokeInvitation(invitationId: number, revokedAtMs: number): Promise<boolean> {
    const rows = await this.#query(
      `UPDATE honeyjam.invitation SET revoked_at_ms = coalesce(revoked_at_ms, $1) WHERE invitation_id = $2
        RETURNING invitation_id`,
      [revokedAtMs, invitationId],
    )
    return rows.length > 0
  }

  /**
   * In one statement: another process that takes the last use is waited for. A name that is taken must make it fail as a
   * whole: with ON CONFLICT the use would be gone.
   */
  async signUp({ invitationHash, account, key }: InvitedSignUp): ReturnType<AccountStore['signUp']> {
    const values = [toColumn(account.name), account.createdAtMs, Buffer.from(invitationHash), null]
    try {
      const [row] = await this.#query<AccountRow & { readonly key_id: number }>(
        `WITH taken AS (
            UPDATE honeyjam.invitation SET used = used + 1
              WHERE hash = $3 AND used < uses AND revoked_at_ms IS NULL AND expires_at_ms > $2
              RETURNING plan
          ), new AS (
            INSERT INTO honeyjam.account (name, created_at_ms, plan, disabled_at_ms)
              SELECT $1::text, $2::bigint, plan, $4::bigint FROM taken
              RETURNING *
          ), first_key AS (
            ${INSERT_FIRST_KEY}
          )
          SELECT new.*, first_key.key_id FROM new, first_key`,
        [...values, ...detailsOf(key)],
      )
      if (row === undefined) return { kind: 'not-valid' }
      const { account_id: accountId, key_id: keyId } = row
      return { kind: 'added', account: toAccount(row), key: { ...key, accountId, keyId } }
    } catch (error) {
      if (error instanceof Error && isTakenBy(error.cause, 'account_name_key')) return { kind: 'name-taken' }
      throw error
    }
  }

  async #query<Row extends object>(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    try {
      return (await this.#pool.query<Row>(text, [...values])).rows
    } catch (error) {
      throw postgresError('accounts and keys', error)
    }
  }
}

const DETAIL_COLUMNS =
  'name, hash, hint, scopes, networks, created_at_ms, expires_at_ms, revoked_at_ms, replaced_by'
/** The key of the account in `new`, with {@link detailsOf} as the values from $5. */
const INSERT_FIRST_KEY = `INSERT INTO honeyjam.account_key (account_id, ${DETAIL_COLUMNS})
            SELECT account_id, $5::text, $6::bytea, $7::text, $8::text, $9::text, $10::bigint, $11::bigint, $12::bigint,
              $13::integer FROM new
            RETURNING key_id`
const KEY_COLUMNS = `account_id, ${DETAIL_COLUMNS}`

function valuesOf(key: Omit<StoredKey, 'keyId'>): readonly unknown[] {
  return [key.accountId, ...detailsOf(key)]
}

function detailsOf(key: FirstKey): readonly unknown[] {
  return [
    toColumn(key.name),
    Buffer.from(key.hash),
    toColumn(key.hint),
    JSON.stringify(key.scopes),
    JSON.stringify(key.networks),
    key.createdAtMs,
    key.expiresAtMs ?? null,
    key.revokedAtMs ?? null,
    key.replacedBy ?? null,
  ]
}

function toAccount(row: AccountRow): Account {
  return {
    accountId: row.account_id,
    name: fromColumn(row.name),
    createdAtMs: row.created_at_ms,
    plan: planOf(row.plan),
    ...(row.disabled_at_ms === null ? {} : { disabledAtMs: row.disabled_at_ms }),
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
    networks: parseTexts(row.networks) as readonly Range[],
    createdAtMs: row.created_at_ms,
    ...(row.expires_at_ms === null ? {} : { expiresAtMs: row.expires_at_ms }),
    ...(row.revoked_at_ms === null ? {} : { revokedAtMs: row.revoked_at_ms }),
    ...(row.replaced_by === null ? {} : { replacedBy: row.replaced_by }),
  }
}
