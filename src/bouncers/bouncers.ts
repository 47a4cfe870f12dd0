import type { PackedRange } from '../ip/index.ts'
import type { Bouncer, BouncerId, BouncerMetric } from './bouncer.ts'
import type { Handout } from './handout.ts'

/** A bouncer that asks. */
export interface BouncerCaller extends BouncerId {
  readonly version: string
  /**
   * Over which it asks: whoever asks again over the same connection has read the answer before. `undefined` where that proves nothing,
   * since somebody between may have read it.
   */
  readonly connection: object | undefined
}

/** What is asked for at once, not as it changes. */
export interface DecisionQuery {
  readonly range: PackedRange | undefined
  /** Whether decisions are wanted that cover the range, or those that lie within it. */
  readonly relation: 'covers' | 'within'
}

/** What was found; to be released. */
export type Found = Pick<Handout, 'blocked' | 'release'>

/**
 * What LAPI's bouncers are told: what changed since they asked last, which the service has to remember for them. No call on
 * one account shows anything of another. See docs/decisions/0022-bouncers.md.
 */
export interface Bouncers {
  /**
   * What a bouncer is to be told.
   * @param isStart whether it holds nothing that it was told before, as far as it knows
   * @throws HoneyjamError STORE_UNAVAILABLE
   */
  pull(caller: BouncerCaller, isStart: boolean): Promise<Handout>
  /**
   * What is blocked; at most a second old.
   * @throws HoneyjamError STORE_UNAVAILABLE
   */
  find(caller: BouncerCaller, query: DecisionQuery): Promise<Found>
  /** Takes note of what a bouncer tells of itself. */
  noteMetrics(caller: BouncerCaller, metrics: readonly BouncerMetric[]): void
  /** The account's bouncers, the one that asked last first; those that did not for 90 days are left out. */
  list(accountId: number, nowMs: number): readonly Bouncer[]
  /** How many bouncers of the account had to make room for others since the start. */
  displaced(accountId: number): number
}
