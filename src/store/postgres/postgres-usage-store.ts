import type { UsageAnswer, UsageBatch, UsageStore } from '../../accounts/index.ts'
import type { Pool } from './connect.ts'
import { postgresError } from './postgres-error.ts'

/** Counts of requests in PostgreSQL, for all processes together. */
export class PostgresUsageStore implements UsageStore {
  readonly #pool: Pool

  constructor(pool: Pool) {
    this.#pool = pool
  }

  async takeUsage(batch: UsageBatch): Promise<readonly UsageAnswer[]> {
    try {
      const { rows } = await this.#pool.query<{ answers: readonly UsageAnswer[] }>(
        'SELECT honeyjam.take_usage($1::jsonb) AS answers',
        [JSON.stringify(batch)],
      )
      return rows[0]?.answers ?? []
    } catch (error) {
      throw postgresError('counts of requests', error)
    }
  }

  async forgetUsage(beforeMs: number): Promise<void> {
    try {
      // waits for nobody, so that it is no part of any circle of those who wait
      await this.#pool.query(
        `DELETE FROM honeyjam.request_usage WHERE (account, meter, subject, at_ms) IN (
          SELECT account, meter, subject, at_ms FROM honeyjam.request_usage WHERE at_ms <= $1
            FOR UPDATE SKIP LOCKED
        )`,
        [beforeMs],
      )
    } catch (error) {
      throw postgresError('counts of requests', error)
    }
  }
}
