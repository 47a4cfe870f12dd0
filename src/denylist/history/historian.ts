import { type Clock, HoneyjamError, type Logger } from '../../runtime/index.ts'
import type { Checkpoint, ReportQueue } from '../ports.ts'
import type { HistoryStore } from './ports.ts'

/** Operations wait for company, so that their addresses share rows: until there are so many addresses or operations, */
const ENOUGH_ADDRESSES = 100_000
const ENOUGH_OPERATIONS = 4096
/** or the first of them has waited so long. Until then the journal tells of them. */
const LINGER_MS = 300_000

export interface HistorianOptions {
  readonly store: HistoryStore | undefined
  readonly queue: ReportQueue
  readonly clock: Clock
  readonly logger: Logger
  /** Up to where the tables have everything. */
  readonly coveredPosition: () => number
}

/**
 * Moves operations that were merged from the journal into the history, many at a time, and lets the journal be trimmed up to
 * where both the tables and the history have it. Only where this process leads.
 */
export class Historian {
  readonly #options: HistorianOptions
  #waitingAddresses = 0
  #waitingOperations = 0
  #waitsSinceMs: number | undefined
  #isFailing = false
  #last: Promise<void> = Promise.resolve()

  constructor(options: HistorianOptions) {
    this.#options = options
    // what an earlier process left in the journal
    this.#waitsSinceMs = options.clock.nowMs()
  }

  /** Told of each checkpoint that is on stable storage; resolves when what is to be done now is done. */
  async written({ receipts }: Checkpoint): Promise<void> {
    this.#waitingOperations += receipts.length
    // what was in vain stands in the journal as well
    for (const { taken, skipped } of receipts)
      this.#waitingAddresses += taken + Object.values(skipped).reduce((sum, count) => sum + count, 0)
    this.#waitsSinceMs ??= this.#options.clock.nowMs()
    if (this.#options.store === undefined) await this.#trim(this.#options.coveredPosition())
    else await this.lookAfter()
  }

  /** Moves what waits, if it is enough or has waited long enough. */
  async lookAfter(): Promise<void> {
    const isEnough =
      this.#waitingAddresses >= ENOUGH_ADDRESSES || this.#waitingOperations >= ENOUGH_OPERATIONS
    const isLate =
      this.#waitsSinceMs !== undefined && this.#options.clock.nowMs() - this.#waitsSinceMs >= LINGER_MS
    if (isEnough || isLate) await this.moveAll()
  }

  /** Moves all that waits, one call after the other. */
  async moveAll(): Promise<void> {
    this.#last = this.#last.then(() => this.#move())
    await this.#last
  }

  async #move(): Promise<void> {
    const { store, logger, clock, coveredPosition } = this.#options
    if (store === undefined) return
    this.#waitingAddresses = 0
    this.#waitingOperations = 0
    this.#waitsSinceMs = undefined
    try {
      for (;;) {
        const { position, isDone } = await store.extend(coveredPosition())
        await this.#trim(position)
        if (isDone) break
      }
      this.#isFailing = false
    } catch (cause) {
      if (!(cause instanceof HoneyjamError)) throw cause
      this.#waitsSinceMs = clock.nowMs()
      if (!this.#isFailing)
        logger.warn({ err: cause }, 'history not written, will retry; the journal still holds it')
      this.#isFailing = true
    }
  }

  async #trim(position: number): Promise<void> {
    try {
      await this.#options.queue.trim(position)
    } catch (cause) {
      if (!(cause instanceof HoneyjamError)) throw cause
      this.#options.logger.warn({ err: cause }, 'journal not trimmed, will be after the next merge')
    }
  }
}
