import type { Clock } from './clock.ts'
import { HoneyjamError } from './errors.ts'
import type { Logger } from './logger.ts'

export interface WriteBehindOptions {
  readonly clock: Clock
  readonly logger: Logger
  readonly everyMs: number
  /** Writes what waits; what it could not write it keeps for the next time. @throws HoneyjamError it could not */
  readonly write: () => Promise<void>
  /** What is logged once when it begins to fail. */
  readonly failing: string
  /** What else is due in its own rounds; none when somebody else calls {@link WriteBehind.flush}. */
  readonly afterRound?: () => Promise<void>
}

/** Writes behind what gathers in memory: every so often, when asked to, and a last time at the end; one write after the other. */
export class WriteBehind {
  readonly #options: WriteBehindOptions
  readonly #stopping = new AbortController()
  readonly #running: Promise<void>
  #writing: Promise<void> = Promise.resolve()
  #isFailing = false

  constructor(options: WriteBehindOptions) {
    this.#options = options
    this.#running = this.#run()
  }

  /** Writes what waits now, after what is being written. Resolves as well when it could not be written: it waits on. */
  async flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write())
    await this.#writing
  }

  /** Ends the rounds and writes a last time. */
  async close(): Promise<void> {
    this.#stopping.abort()
    await this.#running
    await this.flush()
  }

  async #run(): Promise<void> {
    const { clock, everyMs, afterRound } = this.#options
    const { signal } = this.#stopping
    for (;;) {
      await clock.sleep(everyMs, signal)
      if (signal.aborted) return
      await this.flush()
      await afterRound?.()
    }
  }

  async #write(): Promise<void> {
    const { logger, write, failing } = this.#options
    try {
      await write()
      this.#isFailing = false
    } catch (error) {
      if (!(error instanceof HoneyjamError)) throw error
      if (!this.#isFailing) logger.warn({ err: error }, failing)
      this.#isFailing = true
    }
  }
}
