import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock, Logger } from '../runtime/index.ts'
import { buildCheckpoint } from './build-checkpoint.ts'
import type { DenylistState } from './denylist-state.ts'
import type { Checkpoint, DenylistStore } from './ports.ts'

/** Rows a checkpoint. */
const MAX_CHECKPOINT_ROWS = 32_000
/** Small changes wait this long for company, so that a trickle of single reports does not flush the disk twice each. */
const LINGER_MS = 100
const RETRY_MS = 1000
const LONGEST_RETRY_MS = 30_000
/** A stop does not wait longer than this for the tables: the journal holds the rest, and the next start replays it. */
const CLOSE_MS = 5000

export interface MergerOptions {
  readonly state: DenylistState
  readonly store: DenylistStore
  readonly clock: Clock
  readonly logger: Logger
  /** Told of each checkpoint that is on stable storage; the next one waits for it. */
  readonly onWritten: (checkpoint: Checkpoint) => Promise<void>
}

/** Writes changes behind, where this process leads: takes them from the state and checkpoints them. Never two at a time. */
export class Merger {
  readonly #options: MergerOptions
  readonly #stopping = new AbortController()
  #running: Promise<void> | undefined
  #isLeading = false
  #error: string | undefined

  constructor(options: MergerOptions) {
    this.#options = options
  }

  /** The last failure, until a checkpoint succeeds. */
  get error(): string | undefined {
    return this.#error
  }

  get isLeading(): boolean {
    return this.#isLeading
  }

  /** Says whether this process is the one that writes; at first it is not. */
  lead(isLeading: boolean): void {
    this.#isLeading = isLeading
    if (isLeading) this.wake()
  }

  /** Sees to it that what waits is written soon. */
  wake(): void {
    if (!this.#isLeading) return
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
      if (!this.#options.state.unmerged.isEmpty && !this.#stopping.signal.aborted) this.wake()
    })
  }

  /** Writes what waits, for up to {@link CLOSE_MS} and until the store refuses; the rest stays in the journal. */
  async close(): Promise<void> {
    const { state, clock } = this.#options
    const endAtMs = clock.nowMs() + CLOSE_MS
    this.#stopping.abort()
    await this.#running
    while (this.#isLeading && !state.unmerged.isEmpty && clock.nowMs() < endAtMs)
      if (!(await this.#writeOne())) return
  }

  async #run(): Promise<void> {
    const { state, clock } = this.#options
    const { signal } = this.#stopping
    let retryInMs = RETRY_MS
    while (this.#isLeading && !state.unmerged.isEmpty && !signal.aborted) {
      if (state.unmerged.waitingRows < MAX_CHECKPOINT_ROWS) await clock.sleep(LINGER_MS, signal)
      if (await this.#writeOne()) retryInMs = RETRY_MS
      else {
        await clock.sleep(retryInMs, signal)
        retryInMs = Math.min(2 * retryInMs, LONGEST_RETRY_MS)
      }
    }
  }

  /** @returns whether the checkpoint is on stable storage; if not, its changes wait again */
  async #writeOne(): Promise<boolean> {
    const { state, store, logger, onWritten } = this.#options
    const taken = state.take(MAX_CHECKPOINT_ROWS)
    const checkpoint = await inTurns(buildCheckpoint(taken, state))
    try {
      await store.writeCheckpoint(checkpoint)
    } catch (cause) {
      state.putBack(taken)
      this.#error = cause instanceof Error ? cause.message : String(cause)
      logger.warn(
        { err: cause },
        'changes not merged into the tables, will retry; the journal still holds them',
      )
      return false
    }
    this.#error = undefined
    state.mergedPosition = Math.max(state.mergedPosition, checkpoint.coveredPosition)
    await onWritten(checkpoint)
    return true
  }
}

/** Runs work to its end, with a turn for others wherever it yields. */
async function inTurns<Result>(work: Generator<void, Result>): Promise<Result> {
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
    await nextTurn()
  }
}
