import type { LogBatch, LogPosition } from '../cowrie/index.ts'
import type { Clock, Logger } from '../runtime/index.ts'

/** Follows one log for as long as `signal` lets it, through rotation; yields what it reads as it comes. */
export type FollowLog = (options: {
  readonly path: string
  readonly groups: readonly string[]
  /** Where to go on; from the start of the file without. */
  readonly from?: LogPosition
  /** Epoch milliseconds: without `from`, rotated files written to later are read as well. */
  readonly unreadSinceMs?: number
  readonly clock: Clock
  readonly logger: Logger
  readonly signal: AbortSignal
}) => AsyncIterable<LogBatch>

/** Reads whole files and ends. */
export type ReadLog = (options: {
  readonly paths: readonly string[]
  readonly groups: readonly string[]
  readonly from?: LogPosition
  readonly signal: AbortSignal
}) => AsyncIterable<LogBatch>
