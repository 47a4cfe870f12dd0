import type { UsageAnswer, UsageBatch, UsageStore } from '../../accounts/index.ts'
import type { JournalCalls } from './journal-worker.ts'
import type { WorkerClient } from './worker-client.ts'

/** Counts of requests in `journal.db`, by way of the worker thread of the journal. */
export class SqliteUsageStore implements UsageStore {
  readonly #worker: WorkerClient<JournalCalls>

  constructor(worker: WorkerClient<JournalCalls>) {
    this.#worker = worker
  }

  takeUsage(batch: UsageBatch): Promise<readonly UsageAnswer[]> {
    return this.#worker.call('takeUsage', batch)
  }

  forgetUsage(beforeMs: number): Promise<void> {
    return this.#worker.call('forgetUsage', beforeMs)
  }
}
