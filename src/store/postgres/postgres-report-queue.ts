import type { JournalFollower, JournalRecord, OnceKey, ReportQueue } from '../../denylist/index.ts'
import type { Appender } from './appender.ts'
import type { Pool } from './connect.ts'
import type { JournalReader } from './journal-reader.ts'
import type { Leader } from './leader.ts'
import { postgresError } from './postgres-error.ts'
import { releaseJournal, trimStep } from './trim-journal.ts'

export interface PostgresReportQueueParts {
  readonly appender: Appender
  readonly reader: JournalReader
  readonly leader: Leader
  readonly pool: Pool
}

/** The journal of an installation in PostgreSQL, shared by all its processes. */
export class PostgresReportQueue implements ReportQueue {
  readonly isShared = true
  readonly #parts: PostgresReportQueueParts

  constructor(parts: PostgresReportQueueParts) {
    this.#parts = parts
  }

  async append(body: Uint8Array): Promise<number> {
    return (await this.#parts.appender.append(body)).position
  }

  async appendOnce(body: Uint8Array, once: OnceKey): Promise<string> {
    const { receiptId } = await this.#parts.appender.append(body, once)
    return receiptId ?? once.receiptId
  }

  follow(afterPosition: number, follower: JournalFollower): void {
    this.#parts.reader.follow(afterPosition, follower)
  }

  async read(afterPosition: number, limit: number): Promise<readonly JournalRecord[]> {
    return await this.#query<JournalRecord>(
      'SELECT position, body FROM honeyjam.journal WHERE position > $1 ORDER BY position LIMIT $2',
      [afterPosition, limit],
    )
  }

  async trim(position: number): Promise<void> {
    const { leader } = this.#parts
    const bound = await leader.run('trimming the journal', (client) => releaseJournal(client, position))
    // each step is a call of its own, so checkpoints come between
    while (await leader.run('trimming the journal', (client) => trimStep(client, bound)));
  }

  async size(): Promise<{ readonly records: number }> {
    const [counted] = await this.#query<{ records: number }>(
      'SELECT count(*) AS records FROM honeyjam.journal',
      [],
    )
    return { records: counted?.records ?? 0 }
  }

  async close(): Promise<void> {
    await this.#parts.appender.close()
    await this.#parts.reader.close()
  }

  async #query<Row extends object>(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    try {
      return (await this.#parts.pool.query<Row>(text, [...values])).rows
    } catch (error) {
      throw postgresError('reading the journal', error)
    }
  }
}
