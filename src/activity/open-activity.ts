import { type Clock, HoneyjamError, type Logger, WriteBehind } from '../runtime/index.ts'
import { createIdSource, firstIdAt } from './activity-id.ts'
import type { ActivityLog, ActivityRetention } from './activity-log.ts'
import { describeRequest, type NotedRequest } from './describe-request.ts'
import type { Activity, ActivityKey, ActivityStore } from './ports.ts'

/** Requests that may wait to be written: some 15 MB at most. */
export const MAX_WAITING = 20_000
const WRITE_EVERY_MS = 1000
/** Rows a transaction; between two of them merges have their turn. */
const BATCH_ROWS = 1000
const DELETE_EVERY_MS = 3_600_000
const DAY_MS = 86_400_000

export interface OpenActivityOptions {
  readonly store: ActivityStore
  readonly clock: Clock
  readonly logger: Logger
  readonly retention: ActivityRetention
}

/** Remembers requests: in memory first, in the store within a second, for as long as the retention says. */
export function openActivity(options: OpenActivityOptions): ActivityLog {
  return new BufferedActivity(options)
}

class BufferedActivity implements ActivityLog {
  readonly #options: OpenActivityOptions
  readonly #nextId = createIdSource()
  readonly #behind: WriteBehind
  #waiting: Activity[] = []
  #dropped = 0
  #deleteAtMs: number

  constructor(options: OpenActivityOptions) {
    this.#options = options
    this.#deleteAtMs = options.clock.nowMs()
    this.#behind = new WriteBehind({
      ...options,
      everyMs: WRITE_EVERY_MS,
      write: () => this.#writeWaiting(),
      failing: 'requests of keys are not written, will retry',
      afterRound: () => this.#deleteOld(),
    })
  }

  get dropped(): number {
    return this.#dropped
  }

  note(request: NotedRequest): void {
    if (this.#waiting.length >= MAX_WAITING) {
      if (this.#dropped++ === 0)
        this.#options.logger.warn({ waiting: MAX_WAITING }, 'requests of keys are not noted: too many wait')
      return
    }
    this.#waiting.push({
      ...request,
      ...describeRequest(request),
      activityId: this.#nextId(request.atMs),
    })
  }

  async list(
    key: ActivityKey,
    { page, pageSize }: { readonly page: number; readonly pageSize: number },
  ): Promise<readonly Activity[]> {
    await this.#behind.flush()
    return await this.#options.store.readActivities(key, { offset: (page - 1) * pageSize, limit: pageSize })
  }

  close(): Promise<void> {
    return this.#behind.close()
  }

  async #writeWaiting(): Promise<void> {
    for (let left = this.#waiting.length; left > 0; left -= BATCH_ROWS) {
      const batch = this.#waiting.slice(0, Math.min(left, BATCH_ROWS))
      await this.#options.store.writeActivities(batch)
      this.#waiting = this.#waiting.slice(batch.length)
    }
  }

  async #deleteOld(): Promise<void> {
    const { store, clock, logger, retention } = this.#options
    const nowMs = clock.nowMs()
    if (nowMs < this.#deleteAtMs) return
    this.#deleteAtMs = nowMs + DELETE_EVERY_MS
    const limits = {
      beforeId: firstIdAt(nowMs - retention.days * DAY_MS),
      keepPerKey: retention.perKey,
    }
    try {
      const rows = await store.deleteActivities(limits)
      if (rows > 0) logger.info({ rows }, 'old requests of keys deleted')
    } catch (error) {
      if (!(error instanceof HoneyjamError)) throw error
      logger.warn({ err: error }, 'old requests of keys not deleted, will retry')
    }
  }
}
