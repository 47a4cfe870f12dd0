import type { UsageSubject } from './usage-store.ts'

/** A number of requests in a stretch of time. */
export interface QuotaWindow extends UsageSubject {
  /** In the headers of answers. */
  readonly name: 'minute' | 'month'
  readonly limit: number
  readonly lengthMs: number
  /** When it ends and counting starts anew, epoch milliseconds; without it the window slides. */
  readonly endsAtMs?: number
}

/** How a window is after a request. */
export interface QuotaState {
  readonly window: QuotaWindow
  /** Requests that count, that one among them if it was allowed. */
  readonly used: number
  /** When the next of them stops counting, epoch milliseconds; up to then there is no more than what is left. */
  readonly freesAtMs: number
}

/** What counts at which time for a request that was allowed. */
export interface QuotaStamp extends UsageSubject {
  readonly atMs: number
}

export interface QuotaOutcome {
  readonly allowed: boolean
  readonly states: readonly QuotaState[]
  /** The window that stands against it, and after how many seconds it no longer does. */
  readonly refused?: { readonly window: QuotaWindow; readonly retryAfterSeconds: number }
  readonly stamps: readonly QuotaStamp[]
}

/**
 * Counts the requests of keys and accounts exactly, for all processes on the store together and across their restarts: in no
 * stretch of time as long as a window, less {@link TOLERANCE_MS}, are there more than its limit.
 */
export interface RequestQuota {
  /**
   * Counts a request against all of the windows, or against none when one of them is full. The windows of one caller always
   * begin with the same subject.
   */
  take(windows: readonly QuotaWindow[]): Promise<QuotaOutcome>
  /** Says how the windows are, and counts nothing. */
  look(windows: readonly QuotaWindow[]): Promise<readonly QuotaState[]>
  /** Takes back an allowed request that came to nothing. */
  giveBack(outcome: QuotaOutcome): void
  /** Counts a request that nothing limits; it is written within a second. */
  note(stamp: QuotaStamp): void
  /** Writes what is not written yet, and gives back what was taken ahead. */
  close(): Promise<void>
}

/** A request that comes this much too early is let through: clients that send every ten seconds jitter (contract). */
export const TOLERANCE_MS = 1_000
