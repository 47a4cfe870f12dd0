import type { FoundEvents, HistoryProgress, HistoryQuery, HistoryStore } from '../../denylist/index.ts'
import type { Client, Pool } from './connect.ts'
import { deleteHistoryStep, extendHistory } from './extend-history.ts'
import { findAddress, findEvents } from './find-history.ts'
import type { Leader } from './leader.ts'
import { postgresError } from './postgres-error.ts'

/** History in PostgreSQL: written by the process that leads, read by all. */
export class PostgresHistoryStore implements HistoryStore {
  readonly #pool: Pool
  readonly #leader: Leader

  constructor({ pool, leader }: { readonly pool: Pool; readonly leader: Leader }) {
    this.#pool = pool
    this.#leader = leader
  }

  async extend(throughPosition: number): Promise<HistoryProgress> {
    let progress: HistoryProgress = { position: 0, isDone: false }
    await this.#leader.transaction('writing history', async (client) => {
      progress = await extendHistory(client, throughPosition)
    })
    return progress
  }

  find(query: HistoryQuery): Promise<FoundEvents> {
    return this.#atOneInstant((client) => findEvents(client, query))
  }

  findAddress(of: Parameters<HistoryStore['findAddress']>[0]): Promise<Uint32Array | undefined> {
    return this.#atOneInstant((client) => findAddress(client, of))
  }

  /** Each step is a transaction of its own, so checkpoints come between. */
  async deleteBefore(receivedBeforeMs: number): Promise<number> {
    for (let total = 0; ; ) {
      const deleted = await this.#leader.run('deleting history', (client) =>
        deleteHistoryStep(client, receivedBeforeMs),
      )
      if (deleted === undefined) return total
      total += deleted
    }
  }

  async #atOneInstant<Result>(read: (client: Pick<Client, 'query'>) => Promise<Result>): Promise<Result> {
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw postgresError('reading history', error)
    })
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
      const result = await read(client)
      await client.query('COMMIT')
      client.release()
      return result
    } catch (error) {
      client.release(true)
      throw postgresError('reading history', error)
    }
  }
}
