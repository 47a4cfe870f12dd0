import { type Clock, HoneyjamError, type Logger } from '../runtime/index.ts'
import type { DenylistState } from './denylist-state.ts'
import type { Historian } from './history/historian.ts'
import type { HistoryStore } from './history/ports.ts'
import type { DenylistStore } from './ports.ts'
import { IDEMPOTENCY_MS } from './receipt-book.ts'

const DAY_MS = 86_400_000

/** How long entries stay after they ended, and operations in the history, unless it is said. */
const HISTORY_MS = 90 * DAY_MS
/**
 * An operation takes effect at most so long after its arrival, by the clock of any process that applies it. Only what
 * was over before that is swept, so that every process applies it to the same lists.
 */
export const APPLY_DELAY_MS = 300_000
const SWEEP_EVERY_MS = 10_000
const DELETE_EVERY_MS = 3_600_000
/** Rows looked at without a pause; a few milliseconds. */
const SWEEP_ROWS = 20_000

export interface HousekeepingOptions {
  readonly state: DenylistState
  readonly store: DenylistStore
  readonly history?: HistoryStore
  readonly historyMs?: number
  readonly historian: Historian
  readonly clock: Clock
  readonly logger: Logger
  /** The newest time up to which this process has applied everything. */
  readonly currentAtMs: () => number
  /** Whether this process is the one that deletes. */
  readonly isLeading: () => boolean
}

/** Frees the memory of entries that ended, and deletes history that is too old, in small steps. */
export class Housekeeping {
  readonly #options: HousekeepingOptions
  readonly #stopping = new AbortController()
  readonly #running: Promise<void>

  constructor(options: HousekeepingOptions) {
    this.#options = options
    this.#running = this.#run()
  }

  async close(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { clock } = this.#options
    const { signal } = this.#stopping
    let deleteAtMs = clock.nowMs()
    for (;;) {
      await clock.sleep(SWEEP_EVERY_MS, signal)
      if (signal.aborted) return
      await this.#sweep()
      if (this.#options.isLeading()) await this.#options.historian.lookAfter()
      if (clock.nowMs() < deleteAtMs || signal.aborted || !this.#options.isLeading()) continue
      deleteAtMs = clock.nowMs() + DELETE_EVERY_MS
      await this.#deleteHistory()
    }
  }

  async #sweep(): Promise<void> {
    const { state, clock, currentAtMs } = this.#options
    const nowMs = currentAtMs() - APPLY_DELAY_MS
    for (const lists of state.accounts) {
      state.sweepNetworks(lists, nowMs)
      for (let fromRow = 0; fromRow >= 0; ) {
        if (this.#stopping.signal.aborted) return
        fromRow = state.sweep(lists, { fromRow, maxRows: SWEEP_ROWS, nowMs })
        await clock.sleep(0, this.#stopping.signal)
      }
    }
  }

  async #deleteHistory(): Promise<void> {
    const { store, history, clock, logger, historyMs = HISTORY_MS } = this.#options
    const nowMs = clock.nowMs()
    try {
      const operations = (await history?.deleteBefore(nowMs - historyMs)) ?? 0
      const entries = await store.deleteHistory({
        entriesExpiredBeforeMs: nowMs - historyMs,
        receiptsBeforeMs: nowMs - IDEMPOTENCY_MS,
      })
      const rows = operations + entries
      if (rows > 0) logger.info({ rows }, 'old history deleted')
    } catch (cause) {
      if (!(cause instanceof HoneyjamError)) throw cause
      logger.warn({ err: cause }, 'old history not deleted, will retry')
    }
  }
}
