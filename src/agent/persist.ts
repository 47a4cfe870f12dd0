import { type Clock, type ErrorCode, HoneyjamError, type Logger } from '../runtime/index.ts'

export interface PersistOptions {
  readonly clock: Clock
  readonly logger: Logger
  /** Ends the waiting. */
  readonly signal: AbortSignal
}

const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 60_000

/** The errors that pass by themselves or by somebody's help. */
const MESSAGES = {
  STORE_UNAVAILABLE: 'the state cannot be written, will retry: is the disk full?',
  SPOOL_FULL: 'too many addresses wait: reading the log waits until the service has taken some',
} as const satisfies Partial<Record<ErrorCode, string>>

/**
 * Repeats `write` until the disk, or the limit of what may wait, takes it, loudly: this stops the agent's reading, but it loses nothing,
 * as the log itself holds what has not been read.
 * @returns what `write` returned, or `undefined` when `signal` ended the waiting: then nothing was written
 * @throws what `write` throws, other than STORE_UNAVAILABLE and SPOOL_FULL
 */
export async function persist<Value>(
  write: () => Value,
  { clock, logger, signal }: PersistOptions,
): Promise<{ readonly value: Value } | undefined> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    try {
      return { value: write() }
    } catch (error) {
      if (!(error instanceof HoneyjamError) || !(error.code in MESSAGES)) throw error
      logger.error({ err: error, retryInMs: waitMs }, MESSAGES[error.code as keyof typeof MESSAGES])
    }
    await clock.sleep(waitMs, signal)
    if (signal.aborted) return undefined
  }
}
