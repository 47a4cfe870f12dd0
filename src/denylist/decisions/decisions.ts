import type { Address, Range } from '../../ip/index.ts'
import type { DecisionOrigin, Layer } from './layer.ts'
import type { Revision } from './revision.ts'
import type { Progress } from './touched-log.ts'

/** An account's decisions, whole or as what changed. */
export interface DecisionChanges {
  /** The state it leads on from; `undefined`: from nothing. */
  readonly since: Revision | undefined
  /** The state it leads to. */
  readonly revision: Revision
  /** Epoch milliseconds: with everything that ended up to then left out, it leads to exactly the decisions of that instant. */
  readonly atMs: number
  /** To be taken in this order. Nothing in them changes; the first of several answers is often the same. */
  readonly layers: readonly Layer[]
}

/** What can be said to somebody who is at a revision. */
export type ChangesAnswer =
  | { readonly kind: 'changes'; readonly changes: DecisionChanges }
  /** This process has not seen yet what the revision tells of: ask again, or ask another. */
  | { readonly kind: 'behind' }
  /** Too much has happened, or nothing is known of the revision: a snapshot is needed. */
  | { readonly kind: 'unknown' }

/** What is to be blocked for each account, always from its lists as they are; see docs/decisions/0012-decisions.md. */
export interface Decisions {
  /**
   * Everything there is. Readers share what was made for one of them; what changed since then is added.
   * @throws HoneyjamError STORE_UNAVAILABLE more changes than can be kept up with
   */
  snapshot(accountId: number): Promise<DecisionChanges>
  /** What changed since a revision; no layers when nothing did. */
  changesSince(accountId: number, revision: Revision): Promise<ChangesAnswer>
  /** As {@link changesSince}, with everything there is at the revision that it leads to. */
  changesWithWhole(
    accountId: number,
    revision: Revision,
  ): Promise<ChangesAnswer & { readonly whole?: DecisionChanges }>
  /** Whether anything changed since, or nothing is known of the revision. Quick and without waiting. */
  hasChangedSince(accountId: number, revision: Revision): boolean
  /** Resolves when {@link hasChangedSince} is true, when the signal is aborted, or when the lists are closed. */
  waitForChange(accountId: number, revision: Revision, signal: AbortSignal): Promise<void>
  /** The revision of the present state. Quick and without waiting. */
  revision(accountId: number): Revision
  /** Whether anything blocks the address at this moment. */
  blocks(accountId: number, address: Address): boolean
  /** From where on nothing was touched that decides about the address; later than it was where that is forgotten. */
  settledFrom(accountId: number, address: Address): Progress
  /** The checksum of everything, at its instant. Computed once, in steps. */
  checksum(whole: DecisionChanges): Promise<DecisionsChecksum>
  /**
   * Everything there is at this instant, the most worth having first. Made anew by each call, in steps; whoever needs it often
   * keeps it for a while.
   * @throws HoneyjamError STORE_UNAVAILABLE as {@link snapshot}
   */
  ranked(accountId: number): Promise<RankedDecisions>
  /**
   * Another text whenever something may have been taken off: what was unbanned, removed or allowed must not be blocked by what was
   * read before. New reports alone leave it as it is.
   */
  releaseMark(accountId: number): string
}

/**
 * Everything that is to be blocked at one instant, each network once, with the latest of its ends. It never changes. Entries
 * have numbers from 0 that mean nothing else. About 40 bytes an entry.
 */
export interface RankedDecisions {
  readonly revision: Revision
  /** Epoch milliseconds; what ended up to then is left out. */
  readonly atMs: number
  /** Epoch milliseconds at or before the first end of an entry; infinite when none ends. */
  readonly nextEndMs: number
  readonly count: number
  readonly ipv4Count: number
  /** All entries, the most worth having first. */
  readonly bestFirst: Uint32Array
  /** All entries by their first address, IPv4 first; what holds others comes before them. */
  readonly byAddress: Uint32Array
  /** One more than the highest number of an entry. */
  readonly entriesEnd: number
  isIpv4(entry: number): boolean
  /** As it is written, 32 for a single IPv4 address. */
  prefixLengthOf(entry: number): number
  networkOf(entry: number): Range
  /** Epoch milliseconds; infinite: never. */
  expiresAtMsOf(entry: number): number
  /** Epoch milliseconds of the newest report; for IPv6 the newest of the /48. 0: it is there because of a list. */
  reportedAtMsOf(entry: number): number
  originOf(entry: number): DecisionOrigin
  /** The order of {@link byAddress}, also between two of these: negative, 0 for the same network, positive. */
  compare(entry: number, other: RankedDecisions, otherEntry: number): number
}

/** By which a consumer knows that it holds what it should. */
export interface DecisionsChecksum {
  /** 32 hexadecimal digits; see `EntrySum`. */
  readonly checksum: string
  /** How many decisions it is made of: those that end after the instant. */
  readonly count: number
}
