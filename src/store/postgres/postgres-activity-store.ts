import type { Activity, ActivityKey, ActivityLimits, ActivityStore } from '../../activity/index.ts'
import type { Pool } from './connect.ts'
import { postgresError } from './postgres-error.ts'
import { ACTIVITIES } from './row-tables.ts'

/** Rows a transaction deletes. */
const STEP_ROWS = 1000

interface DeletionStep {
  readonly account: number
  readonly key_id: number
  readonly deleted: number
}

/** Requests of keys in PostgreSQL. Several processes may delete at once: each row goes once. */
export class PostgresActivityStore implements ActivityStore {
  readonly #pool: Pool

  constructor(pool: Pool) {
    this.#pool = pool
  }

  async writeActivities(activities: readonly Activity[]): Promise<void> {
    try {
      await ACTIVITIES.write(this.#pool, activities)
    } catch (error) {
      throw postgresError('writing requests of keys', error)
    }
  }

  async readActivities(
    { accountId, keyId }: ActivityKey,
    { offset, limit }: { readonly offset: number; readonly limit: number },
  ): Promise<readonly Activity[]> {
    try {
      return await ACTIVITIES.select(
        this.#pool,
        'WHERE account = $1 AND key_id = $2 ORDER BY activity_id DESC LIMIT $3 OFFSET $4',
        [accountId, keyId, limit, offset],
      )
    } catch (error) {
      throw postgresError('reading requests of a key', error)
    }
  }

  async deleteActivities(limits: ActivityLimits): Promise<number> {
    let total = 0
    let after = { account: -1, key_id: -1 }
    try {
      for (;;) {
        const step = await this.#deleteStep(limits, after)
        if (step === undefined) return total
        total += step.deleted
        if (step.deleted < STEP_ROWS) after = step
      }
    } catch (error) {
      throw postgresError('deleting old requests of keys', error)
    }
  }

  /** Deletes a little of what the next key behind `after` has too much. @returns which key that was */
  async #deleteStep(
    { beforeId, keepPerKey }: ActivityLimits,
    after: Omit<DeletionStep, 'deleted'>,
  ): Promise<DeletionStep | undefined> {
    const { rows } = await this.#pool.query<DeletionStep>(
      `WITH next AS (
          SELECT account, key_id FROM honeyjam.activity WHERE (account, key_id) > ($1, $2)
            ORDER BY account, key_id LIMIT 1
        ), bound AS (
          SELECT greatest($3::text COLLATE "C", (SELECT a.activity_id FROM honeyjam.activity a, next n
            WHERE a.account = n.account AND a.key_id = n.key_id
            ORDER BY a.activity_id DESC LIMIT 1 OFFSET $4)) AS activity_id
        ), deleted AS (
          DELETE FROM honeyjam.activity WHERE ctid = ANY (ARRAY(
            SELECT a.ctid FROM honeyjam.activity a, next n, bound b
              WHERE a.account = n.account AND a.key_id = n.key_id AND a.activity_id < b.activity_id
              LIMIT ${STEP_ROWS})) RETURNING 1
        )
        SELECT n.account, n.key_id, (SELECT count(*) FROM deleted) AS deleted FROM next n`,
      [after.account, after.key_id, beforeId, keepPerKey - 1],
    )
    return rows[0]
  }
}
