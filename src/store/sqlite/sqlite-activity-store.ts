import type { Activity, ActivityKey, ActivityLimits, ActivityStore } from '../../activity/index.ts'
import type { TablesCalls } from './tables-worker.ts'
import type { WorkerClient } from './worker-client.ts'

const BEFORE_ALL: ActivityKey = { accountId: -1, keyId: -1 }

/** Requests of keys in `honeyjam.db`, by way of the worker thread of the tables. */
export class SqliteActivityStore implements ActivityStore {
  readonly #worker: WorkerClient<TablesCalls>

  constructor(worker: WorkerClient<TablesCalls>) {
    this.#worker = worker
  }

  writeActivities(activities: readonly Activity[]): Promise<void> {
    return this.#worker.call('writeActivities', activities)
  }

  readActivities(
    key: ActivityKey,
    { offset, limit }: { readonly offset: number; readonly limit: number },
  ): Promise<readonly Activity[]> {
    return this.#worker.call('readActivities', { key, offset, limit })
  }

  /** Each step is a call of its own, so checkpoints come between. */
  async deleteActivities(limits: ActivityLimits): Promise<number> {
    let total = 0
    for (let after: ActivityKey | undefined = BEFORE_ALL; after !== undefined; ) {
      const { deleted, next }: { deleted: number; next?: ActivityKey } = await this.#worker.call(
        'deleteActivitiesStep',
        { limits, after },
      )
      total += deleted
      after = next
    }
    return total
  }
}
