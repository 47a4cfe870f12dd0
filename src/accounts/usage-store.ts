/** What is counted: `report` and `user` for a key, `user-month` for an account, whose `subjectId` is then 0. */
export type Meter = 'report' | 'user' | 'user-month'

/** Whose requests are counted. */
export interface UsageSubject {
  readonly accountId: number
  readonly meter: Meter
  readonly subjectId: number
}

/** How much may be taken, and when what is taken counts. Times are epoch milliseconds. */
export interface UsageLimit extends UsageSubject {
  readonly limit: number
  /** What was taken for a time later than `sinceMs` and no later than `untilMs` counts against the limit. */
  readonly sinceMs: number
  readonly untilMs: number
  /** What is taken now counts at this time. */
  readonly atMs: number
}

export interface UsageAsk {
  /** Each of them must allow what is taken. Their subjects differ. */
  readonly limits: readonly UsageLimit[]
  /** At least 0; with 0 nothing is taken, and `used` tells how things are. */
  readonly wanted: number
}

export interface UsageAnswer {
  /** 0 to `wanted` */
  readonly granted: number
  /** For each limit, what counted before. */
  readonly used: readonly number[]
  /** For each limit, the earliest time at which something counted before, `null` when nothing did. */
  readonly oldestAtMs: readonly (number | null)[]
}

/** Adds to what counts at a time, or takes off it; it never goes below nothing. */
export interface UsageCorrection extends UsageSubject {
  readonly atMs: number
  readonly delta: number
}

export interface UsageBatch {
  /** They come before the asks. */
  readonly corrections: readonly UsageCorrection[]
  readonly asks: readonly UsageAsk[]
}

/**
 * Where it stands who has sent how many requests, for all processes together. Held by `test/contracts/usage-store.ts`.
 * What it has answered outlives the process, however that ends; a power cut, or a crash of the database server, may take
 * the newest of it away.
 */
export interface UsageStore {
  /**
   * Does all of it, as if nobody else did anything meanwhile: no two processes are granted more than the limit together.
   * @returns an answer for each ask
   * @throws HoneyjamError STORE_UNAVAILABLE nothing was done, as far as is known
   */
  takeUsage(batch: UsageBatch): Promise<readonly UsageAnswer[]>
  /** Forgets what counted at `beforeMs` or earlier. */
  forgetUsage(beforeMs: number): Promise<void>
}
