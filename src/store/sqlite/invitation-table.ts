import type Database from 'better-sqlite3'
import {
  type Account,
  type Invitation,
  type InvitationDetails,
  type InvitedSignUp,
  planOf,
  type SignUpResult,
  type StoredKey,
} from '../../accounts/index.ts'
import type { AccountTables } from './account-tables.ts'

interface InvitationRow extends Omit<Invitation, 'plan' | 'revokedAtMs'> {
  readonly plan: string
  readonly revokedAtMs: number | null
}

type Result = SignUpResult<{ readonly account: Account; readonly key: StoredKey }>

const COLUMNS = `invitation_id AS invitationId, hash, plan, uses, used, created_at_ms AS createdAtMs,
  expires_at_ms AS expiresAtMs, revoked_at_ms AS revokedAtMs`

/** The table `invitation`. */
export class InvitationTable {
  readonly #insert: Database.Statement<[Uint8Array, string, number, number, number], InvitationRow>
  readonly #selectAll: Database.Statement<[], InvitationRow>
  readonly #revoke: Database.Statement<[number, number]>
  readonly #signUp: (wanted: InvitedSignUp) => Result

  constructor(database: Database.Database, accounts: AccountTables) {
    this.#insert = database.prepare(
      `INSERT INTO invitation (hash, plan, uses, created_at_ms, expires_at_ms) VALUES (?, ?, ?, ?, ?)
        RETURNING ${COLUMNS}`,
    )
    this.#selectAll = database.prepare(`SELECT ${COLUMNS} FROM invitation ORDER BY invitation_id`)
    this.#revoke = database.prepare(
      'UPDATE invitation SET revoked_at_ms = coalesce(revoked_at_ms, ?) WHERE invitation_id = ?',
    )
    const selectValid = database.prepare<[Uint8Array, number], { invitationId: number; plan: string }>(
      `SELECT invitation_id AS invitationId, plan FROM invitation
        WHERE hash = ? AND used < uses AND revoked_at_ms IS NULL AND expires_at_ms > ?`,
    )
    const takeUse = database.prepare<[number]>(
      'UPDATE invitation SET used = used + 1 WHERE invitation_id = ?',
    )
    this.#signUp = database.transaction(({ invitationHash, account, key }: InvitedSignUp): Result => {
      const valid = selectValid.get(invitationHash, account.createdAtMs)
      if (valid === undefined) return { kind: 'not-valid' }
      const added = accounts.addAccount({ ...account, plan: planOf(valid.plan) }, key)
      if (added?.key === undefined) return { kind: 'name-taken' }
      takeUse.run(valid.invitationId)
      return { kind: 'added', account: added.account, key: added.key }
    })
  }

  add({ hash, plan, uses, createdAtMs, expiresAtMs }: InvitationDetails): Invitation {
    const row = this.#insert.get(hash, plan, uses, createdAtMs, expiresAtMs)
    if (row === undefined) throw new TypeError('the new row was not returned')
    return toInvitation(row)
  }

  load(): readonly Invitation[] {
    return this.#selectAll.all().map(toInvitation)
  }

  revoke(invitationId: number, revokedAtMs: number): boolean {
    return this.#revoke.run(revokedAtMs, invitationId).changes > 0
  }

  signUp(wanted: InvitedSignUp): Result {
    return this.#signUp(wanted)
  }
}

function toInvitation({ plan, revokedAtMs, ...row }: InvitationRow): Invitation {
  return { ...row, plan: planOf(plan), ...(revokedAtMs === null ? {} : { revokedAtMs }) }
}
