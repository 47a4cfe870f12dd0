import type { Clock, Logger } from '../runtime/index.ts'
import type { LogBatch, LogPosition } from './log-batch.ts'
import { LogFollower } from './log-follower.ts'
import { WakeUp } from './wake-up.ts'

export interface FollowLogOptions {
  /** Where Cowrie writes; neither the file nor its directory need exist yet. */
  readonly path: string
  /** The wanted events: ids without their last part, such as `cowrie.login`. */
  readonly groups: readonly string[]
  /** The position of the last batch that was dealt with; what stands behind it follows, wherever it has gone since. */
  readonly from?: LogPosition
  /** Where to start when there is no `from`; default `beginning` of the current file. */
  readonly startAt?: 'beginning' | 'end'
  /**
   * Epoch milliseconds: rotated files written to later are read as well when there is no `from`. For a log that is known
   * to be younger; without it rotated files are left alone.
   */
  readonly unreadSinceMs?: number
  /** How often to look when nothing tells of a change; default 1000. */
  readonly pollIntervalMs?: number
  /** Whether to listen to the file system besides looking at intervals; default `watch`. */
  readonly wakeUp?: 'watch' | 'poll'
  readonly clock: Clock
  readonly logger: Logger
  /** Ends the following. */
  readonly signal: AbortSignal
}

const DEFAULT_POLL_INTERVAL_MS = 1000

/**
 * Follows a log for ever: through rotation in all its forms, also while nobody followed, and through absence.
 * What cannot be read is waited for; the log is told once. See `docs/explanation/reading-the-log.md`.
 *
 * Following again from the position of any batch gives exactly the events behind that batch, unless their file is gone.
 * Lines whose line feed has not come yet are held back.
 */
export async function* followLog(options: FollowLogOptions): AsyncGenerator<LogBatch, void, void> {
  const { path, clock, signal, pollIntervalMs = DEFAULT_POLL_INTERVAL_MS, wakeUp: mode = 'watch' } = options
  const wakeUp = new WakeUp({ logPath: path, pollIntervalMs, clock, signal, mode })
  const follower = new LogFollower(options)
  try {
    while (!isAborted(signal)) {
      const step = await follower.advance()
      if (step.kind === 'batch') yield step.batch
      if (step.kind === 'idle') await wakeUp.wait()
    }
  } finally {
    wakeUp.close()
    await follower.close()
  }
}

/** A function, so that the compiler does not take the first answer for the last. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted
}
