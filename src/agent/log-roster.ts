import { matchLogs } from '../cowrie/index.ts'
import type { Clock, Logger } from '../runtime/index.ts'
import { Bell } from './bell.ts'

/** A log to be followed. */
export interface RosterLog {
  readonly path: string
  /**
   * When it was looked for in vain first, epoch milliseconds: whatever was written to it since is new. `undefined` of a log
   * that was named or there at the start.
   */
  readonly absentAtMs: number | undefined
}

export interface LogRosterOptions {
  /** Logs that are followed whether or not they are there. */
  readonly logPaths: readonly string[]
  /** What matches these is followed from when it appears; absolute. */
  readonly logPatterns: readonly string[]
  readonly clock: Clock
  readonly logger: Logger
}

/** Each log takes a file and a watch of the operating system for each target: a pattern too wide must not use them up. */
export const MAX_MATCHING_LOGS = 256
const LOOK_EVERY_MS = 10_000
/** A look at large directories takes its time: at least so many times as long lies between two, half a percent of a core. */
const REST_FACTOR = 200

/**
 * The logs that an agent follows. It grows as files appear that match the patterns, up to {@link MAX_MATCHING_LOGS} of
 * them, and never shrinks: a log that is gone may come back.
 */
export class LogRoster {
  readonly #options: LogRosterOptions
  readonly #logs: Map<string, RosterLog>
  readonly #bells = new Set<Bell>()
  #matching = 0
  #firstLookAtMs: number | undefined
  #isTold = { full: false, failing: false }

  constructor(options: LogRosterOptions) {
    this.#options = options
    this.#logs = new Map(options.logPaths.map((path) => [path, { path, absentAtMs: undefined }]))
  }

  get paths(): readonly string[] {
    return [...this.#logs.keys()]
  }

  /** Takes up what matches now. Never rejects. */
  async look(): Promise<void> {
    const { logPatterns, clock, logger } = this.#options
    if (logPatterns.length === 0) return
    const isFirst = this.#firstLookAtMs === undefined
    const nowMs = clock.nowMs()
    try {
      const found = await matchLogs(logPatterns, this.paths)
      this.#take(found.filter((path) => !this.#logs.has(path)))
      this.#firstLookAtMs ??= nowMs
      if (isFirst && found.length === 0)
        logger.warn({ patterns: logPatterns }, 'no log matches log_path yet, waiting for one to appear')
      this.#isTold.failing = false
    } catch (error) {
      if (!this.#isTold.failing)
        logger.warn({ err: error }, 'logs that match log_path cannot be looked for, will keep trying')
      this.#isTold.failing = true
    }
  }

  /** Looks again and again until `signal` is aborted. */
  async keepLooking(signal: AbortSignal): Promise<void> {
    const { logPatterns, clock } = this.#options
    let pauseMs = LOOK_EVERY_MS
    while (logPatterns.length > 0 && !signal.aborted) {
      await clock.sleep(pauseMs, signal)
      if (signal.aborted) return
      const startedAtMs = performance.now()
      await this.look()
      pauseMs = Math.max(LOOK_EVERY_MS, REST_FACTOR * (performance.now() - startedAtMs))
    }
  }

  /** All logs there are, then those to come until `signal` is aborted. */
  async *each(signal: AbortSignal): AsyncGenerator<RosterLog, void, void> {
    const bell = new Bell()
    this.#bells.add(bell)
    let given = 0
    try {
      do {
        for (const log of [...this.#logs.values()].slice(given)) {
          given += 1
          yield log
        }
        await bell.wait(signal)
      } while (!signal.aborted)
    } finally {
      this.#bells.delete(bell)
    }
  }

  #take(appeared: readonly string[]): void {
    if (appeared.length === 0) return
    const taken = appeared.slice(0, MAX_MATCHING_LOGS - this.#matching)
    this.#matching += taken.length
    for (const path of taken) {
      this.#logs.set(path, { path, absentAtMs: this.#firstLookAtMs })
      if (this.#firstLookAtMs !== undefined)
        this.#options.logger.info({ log: path }, 'a log that matches log_path has appeared, it is followed')
    }
    for (const bell of this.#bells) bell.ring()
    if (taken.length < appeared.length) this.#tellFull(appeared[taken.length]!)
  }

  #tellFull(path: string): void {
    if (this.#isTold.full) return
    this.#isTold.full = true
    this.#options.logger.error(
      { log: path, most: MAX_MATCHING_LOGS },
      'more logs match log_path than are followed: this one and others are not read. Narrow the pattern, or run another agent',
    )
  }
}
