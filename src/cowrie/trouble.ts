import type { Logger } from '../runtime/index.ts'
import { systemErrorCode } from './unreadable.ts'

/** Tells the operator what keeps a log from being read: once when it begins, once when it is over. */
export class Trouble {
  readonly #path: string
  readonly #logger: Logger
  #reason: string | undefined
  #damagedPath: string | undefined

  constructor(path: string, logger: Logger) {
    this.#path = path
    this.#logger = logger
  }

  /** @throws the error itself when waiting would not help, since the fault is ours */
  tell(error: unknown): void {
    const reason = systemErrorCode(error)
    if (reason === undefined) throw error
    if (this.#begins(reason)) {
      this.#logger.warn({ log: this.#path, reason, err: error }, 'the log cannot be read, will keep trying')
    }
  }

  /** Part of a packed file is lost for good, and the reading goes on behind it. */
  tellDamage(path: string, error: unknown): void {
    if (this.#damagedPath === path) return
    this.#damagedPath = path
    this.#logger.error(
      { log: this.#path, file: path, err: error },
      'the rest of a packed log is damaged and lost',
    )
  }

  /** There is no log to be read. */
  tellAbsence(): void {
    if (this.#begins('absent')) {
      this.#logger.warn({ log: this.#path }, 'there is no log yet, waiting for it to appear')
    }
  }

  end(): void {
    if (this.#reason === undefined) return
    this.#reason = undefined
    this.#logger.info({ log: this.#path }, 'the log can be read')
  }

  #begins(reason: string): boolean {
    const isNew = this.#reason !== reason
    this.#reason = reason
    return isNew
  }
}
