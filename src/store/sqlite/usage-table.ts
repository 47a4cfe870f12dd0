import type Database from 'better-sqlite3'
import type { UsageAnswer, UsageAsk, UsageBatch, UsageCorrection, UsageLimit } from '../../accounts/index.ts'

/**
 * The table `request_usage`. It lies in the file of the journal, which no merge ever holds up, and is written without a flush:
 * that outlives the process, and after a power cut the newest counts may be gone.
 */
export class UsageTable {
  readonly #database: Database.Database
  readonly #sum: Database.Statement<[UsageLimit], { used: number; oldestAtMs: number | null }>
  readonly #add: Database.Statement<[UsageCorrection]>
  readonly #forgetOf: Database.Statement<[UsageLimit]>
  readonly #forget: Database.Statement<[number]>
  readonly #take: Database.Transaction<(batch: UsageBatch) => UsageAnswer[]>

  constructor(database: Database.Database) {
    this.#database = database
    const ofSubject = 'account = @accountId AND meter = @meter AND subject = @subjectId'
    this.#sum = database.prepare(
      `SELECT coalesce(sum(count), 0) AS used, min(at_ms) AS oldestAtMs FROM request_usage
        WHERE ${ofSubject} AND at_ms > @sinceMs AND at_ms <= @untilMs AND count > 0`,
    )
    this.#add = database.prepare(
      `INSERT INTO request_usage (account, meter, subject, at_ms, count)
        VALUES (@accountId, @meter, @subjectId, @atMs, max(0, @delta))
        ON CONFLICT DO UPDATE SET count = max(0, count + @delta)`,
    )
    this.#forgetOf = database.prepare(`DELETE FROM request_usage WHERE ${ofSubject} AND at_ms <= @sinceMs`)
    this.#forget = database.prepare('DELETE FROM request_usage WHERE at_ms <= ?')
    this.#take = database.transaction(({ corrections, asks }) => {
      for (const correction of corrections) this.#add.run(correction)
      return asks.map((ask) => this.#answer(ask))
    })
  }

  /** All of it or nothing, in one transaction. */
  take(batch: UsageBatch): readonly UsageAnswer[] {
    return this.#unflushed(() => this.#take.immediate(batch))
  }

  forget(beforeMs: number): void {
    this.#unflushed(() => this.#forget.run(beforeMs))
  }

  #answer({ limits, wanted }: UsageAsk): UsageAnswer {
    const sums = limits.map((limit) => this.#sum.get(limit) ?? { used: 0, oldestAtMs: null })
    const free = limits.map(({ limit }, index) => limit - (sums[index]?.used ?? 0))
    const granted = Math.max(0, Math.min(wanted, ...free))
    if (granted > 0) {
      for (const limit of limits) {
        this.#forgetOf.run(limit)
        this.#add.run({ ...limit, delta: granted })
      }
    }
    return {
      granted,
      used: sums.map(({ used }) => used),
      oldestAtMs: sums.map(({ oldestAtMs }) => oldestAtMs),
    }
  }

  #unflushed<Result>(work: () => Result): Result {
    this.#database.pragma('synchronous = NORMAL')
    try {
      return work()
    } finally {
      this.#database.pragma('synchronous = FULL')
    }
  }
}
