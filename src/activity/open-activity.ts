import { type Clock, HoneyjamError, type Logger } from '../runtime/index.ts'
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
  readonly #stopping = new AbortController()
  readonly #running: Promise<void>
  #waiting: Activity[] = []
  #writing: Promise<void> = Promise.resolve()
  #dropped = 0
  #isFailing = false
  #deleteAtMs: number

  constructor(options: OpenActivityOptions) {
    this.#options = options
    this.#deleteAtMs = options.clock.nowMs()
    this.#running = this.#run()
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
    await this.#write()
    return await this.#options.store.readActivities(key, { offset: (page - 1) * pageSize, limit: pageSize })
  }

  async close(): Promise<void> {
    this.#stopping.abort()
    await this.#running
    await this.#write()
  }

  async #run(): Promise<void> {
    const { clock } = this.#options
    const { signal } = this.#stopping
    for (;;) {
      await clock.sleep(WRITE_EVERY_MS, signal)
      if (signal.aborted) return
      await this.#write()
      if (clock.nowMs() >= this.#deleteAtMs) await this.#deleteOld()
    }
  }

  /** Writes what waits now, after what is being written. */
  async #write(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#writeWaiting())
    await this.#writing
  }

  async #writeWaiting(): Promise<void> {
    const { store, logger } = this.#options
    for (let left = this.#waiting.length; left > 0; left -= BATCH_ROWS) {
      const batch = this.#waiting.slice(0, Math.min(left, BATCH_ROWS))
      try {
        await store.writeActivities(batch)
      } catch (error) {
        if (!(error instanceof HoneyjamError)) throw error
        if (!this.#isFailing) logger.warn({ err: error }, 'requests of keys are not written, will retry')
        this.#isFailing = true
        return
      }
      this.#isFailing = false
      this.#waiting = this.#waiting.slice(batch.length)
    }
  }

  async #deleteOld(): Promise<void> {
    const { store, clock, logger, retention } = this.#options
    const nowMs = clock.nowMs()
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
