import type Database from 'better-sqlite3'
import type { Activity, ActivityKey, ActivityLimits } from '../../activity/index.ts'

/** Which column holds what. */
const COLUMNS = {
  accountId: 'account',
  keyId: 'key_id',
  activityId: 'activity_id',
  atMs: 'at_ms',
  address: 'address',
  userAgent: 'user_agent',
  method: 'method',
  uri: 'uri',
  body: 'body',
  status: 'status',
  receiptId: 'receipt_id',
} as const satisfies Record<keyof Activity, string>

/** Rows a step deletes: a few milliseconds. */
const STEP_ROWS = 1000

/** What a step of deleting did, and behind which key to go on when there are more. */
export interface ActivityDeletion {
  readonly deleted: number
  readonly next?: ActivityKey
}

/** The table `activity`. */
export class ActivityTable {
  readonly #database: Database.Database
  readonly #write: Database.Transaction<(activities: readonly Activity[]) => void>
  readonly #select: Database.Statement<[number, number, number, number], Activity>
  readonly #nextKey: Database.Statement<[number, number], ActivityKey>
  readonly #oldestKept: Database.Statement<[number, number, number], string>
  readonly #delete: Database.Statement<[number, number, number, number, string]>

  constructor(database: Database.Database) {
    this.#database = database
    const fields = Object.entries(COLUMNS)
    const insert = database.prepare<[Activity]>(
      `INSERT OR IGNORE INTO activity (${fields.map(([, column]) => column).join(', ')})
        VALUES (${fields.map(([field]) => `@${field}`).join(', ')})`,
    )
    this.#write = database.transaction((activities) => {
      for (const activity of activities) insert.run(activity)
    })
    this.#select = database.prepare(
      `SELECT ${fields.map(([field, column]) => `${column} AS ${field}`).join(', ')} FROM activity
        WHERE account = ? AND key_id = ? ORDER BY activity_id DESC LIMIT ? OFFSET ?`,
    )
    this.#nextKey = database.prepare(
      `SELECT account AS accountId, key_id AS keyId FROM activity WHERE (account, key_id) > (?, ?)
        ORDER BY account, key_id LIMIT 1`,
    )
    this.#oldestKept = database
      .prepare<[number, number, number], string>(
        `SELECT activity_id FROM activity WHERE account = ? AND key_id = ?
          ORDER BY activity_id DESC LIMIT 1 OFFSET ?`,
      )
      .pluck()
    this.#delete = database.prepare(
      `DELETE FROM activity WHERE account = ? AND key_id = ? AND activity_id IN
        (SELECT activity_id FROM activity WHERE account = ? AND key_id = ? AND activity_id < ?
          ORDER BY activity_id LIMIT ${STEP_ROWS})`,
    )
  }

  /** Writes all of it or nothing. Not flushed: what a power cut takes of it is worth no wait. */
  write(activities: readonly Activity[]): void {
    this.#database.pragma('synchronous = NORMAL')
    try {
      this.#write.immediate(activities)
    } finally {
      this.#database.pragma('synchronous = FULL')
    }
  }

  read({ accountId, keyId }: ActivityKey, offset: number, limit: number): readonly Activity[] {
    return this.#select.all(accountId, keyId, limit, offset)
  }

  /** Deletes a little of what the next key behind `after` has too much. */
  deleteStep({ beforeId, keepPerKey }: ActivityLimits, after: ActivityKey): ActivityDeletion {
    const key = this.#nextKey.get(after.accountId, after.keyId)
    if (key === undefined) return { deleted: 0 }
    const oldestKept = this.#oldestKept.get(key.accountId, key.keyId, keepPerKey - 1) ?? ''
    const bound = oldestKept > beforeId ? oldestKept : beforeId
    const { changes } = this.#delete.run(key.accountId, key.keyId, key.accountId, key.keyId, bound)
    return { deleted: changes, next: changes === STEP_ROWS ? after : key }
  }
}
