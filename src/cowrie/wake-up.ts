import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { Clock } from '../runtime/index.ts'
import { systemErrorCode } from './unreadable.ts'

export interface WakeUpOptions {
  readonly logPath: string
  readonly pollIntervalMs: number
  readonly clock: Clock
  readonly signal: AbortSignal
  /** `poll` leaves the events of the file system out. */
  readonly mode: 'watch' | 'poll'
}

/** Old Cowrie writes a line in some forty steps, each an event: what comes within this time is read at once. */
const SETTLE_MS = 50

/**
 * Says when it is worth looking at a log again: when its directory tells of a change, and at every interval, since
 * network and container file systems may tell of none, and a directory may be replaced by another.
 */
export class WakeUp {
  readonly #options: WakeUpOptions
  #watcher: FSWatcher | undefined
  #hasChanged = false
  #waiting = new AbortController()

  constructor(options: WakeUpOptions) {
    this.#options = options
    options.signal.addEventListener('abort', this.#endWait, { once: true })
  }

  /** Resolves when it is time to look again, or when the signal is aborted. */
  async wait(): Promise<void> {
    const { clock, pollIntervalMs, signal } = this.#options
    // what changed between the last look and the start of the watch would stay unseen
    if (signal.aborted || this.#beginWatch()) return
    if (!this.#hasChanged) {
      this.#waiting = new AbortController()
      await clock.sleep(pollIntervalMs, this.#waiting.signal)
    }
    if (this.#hasChanged) await clock.sleep(SETTLE_MS, signal)
    this.#hasChanged = false
  }

  close(): void {
    this.#options.signal.removeEventListener('abort', this.#endWait)
    this.#unwatch()
  }

  /** Tried before each wait: the directory may appear late. Says whether it began just now. */
  #beginWatch(): boolean {
    const { logPath, mode } = this.#options
    if (mode === 'poll' || this.#watcher !== undefined) return false
    try {
      this.#watcher = watch(dirname(logPath), { persistent: false }, (_event, name) => {
        if (name === null || name.startsWith(basename(logPath))) this.#change()
      })
      this.#watcher.on('error', this.#unwatch)
      return true
    } catch (error) {
      // no directory yet, or no more watches to be had: the interval does alone
      if (systemErrorCode(error) === undefined) throw error
      return false
    }
  }

  readonly #unwatch = (): void => {
    this.#watcher?.close()
    this.#watcher = undefined
  }

  readonly #endWait = (): void => {
    this.#waiting.abort()
  }

  #change(): void {
    this.#hasChanged = true
    this.#endWait()
  }
}
