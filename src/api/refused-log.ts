import type { Clock, Logger } from '../runtime/index.ts'

/** While requests go on being refused, the log says so this often. */
const EVERY_MS = 10_000
const NOT_TAKEN = 'requests not taken; clients were asked to repeat them'

/**
 * Tells the log that requests are refused, because nothing can be stored unless told otherwise: the first at once, with its cause, then every ten seconds
 * how many there were. A line each would fill the disk that may be the cause.
 */
export class RefusedLog {
  readonly #logger: Logger
  readonly #clock: Clock
  readonly #message: string
  #toldAtMs = Number.NEGATIVE_INFINITY
  #untold = 0

  constructor(logger: Logger, clock: Clock, message = NOT_TAKEN) {
    this.#logger = logger
    this.#clock = clock
    this.#message = message
  }

  note(error: unknown): void {
    const nowMs = this.#clock.nowMs()
    this.#untold++
    // a clock that was set back must not silence it
    if (nowMs >= this.#toldAtMs && nowMs < this.#toldAtMs + EVERY_MS) return
    this.#logger.warn({ err: error, requests: this.#untold }, this.#message)
    this.#toldAtMs = nowMs
    this.#untold = 0
  }
}
