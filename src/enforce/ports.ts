import type { Interval } from '../ip/index.ts'
import type { Network } from './networks.ts'

/** A network that is to be dropped. */
export interface Ban {
  readonly network: Network
  /** Epoch milliseconds by the clock of this host; `Infinity`: until it is taken off. */
  readonly expiresAtMs: number
}

/**
 * What is to change in a firewall, all of it or nothing. Hosts are single addresses and what one IPv6 customer
 * has ({@link isHost}), of which there may be a million; every other network is a range, of which there are few, so that they are always set as a whole.
 */
export interface BanChange {
  /** Hosts that are not held yet. */
  readonly ban: readonly Ban[]
  /** Hosts that are held with another end. */
  readonly extend: readonly Ban[]
  /** Hosts to let go; one that is not held is no fault. */
  readonly unban: readonly Network[]
  /** All ranges there shall be; absent: they stay as they are. */
  readonly ranges?: readonly Ban[]
}

/** What a firewall is to hold. */
export interface WantedBans {
  /** End in epoch milliseconds by host; what has ended counts as absent. */
  readonly expiresAtMsByHost: ReadonlyMap<Network, number>
  /** May overlap and repeat. */
  readonly ranges: readonly Ban[]
}

/** What a firewall really holds. */
export interface HeldBans {
  /** Whether table, sets and rules are there as {@link Enforcer.prepare} makes them. */
  readonly isIntact: boolean
  /** Epoch milliseconds of the end, to the second. */
  readonly expiresAtMsByHost: ReadonlyMap<Network, number>
  /** Disjoint and in order. */
  readonly ranges: readonly Interval[]
}

/** Packets and bytes dropped since {@link Enforcer.prepare} made the counters. */
export interface DropCounters {
  readonly packets: number
  readonly bytes: number
}

/** Keeps bans in one firewall. Every call may be repeated without harm; retrying is the caller's duty. */
export interface Enforcer {
  readonly name: string
  /** A longer ban is held for so long and then extended. */
  readonly longestBanMs: number
  /**
   * Creates table, sets and rules where they are absent, leaves what the sets hold, and touches nothing of others.
   * @throws HoneyjamError ENFORCER_UNSUPPORTED this host cannot: the program is missing, or this user may not
   */
  prepare(): Promise<void>
  /** @throws HoneyjamError FIREWALL_REFUSED nothing was changed */
  apply(change: BanChange, nowMs: number): Promise<void>
  /** Puts these bans in the place of everything that is held, in one step. @throws HoneyjamError FIREWALL_REFUSED nothing was changed */
  replaceAll(bans: readonly Ban[], nowMs: number): Promise<void>
  /** What the firewall really holds, read from the kernel. */
  list(nowMs: number): Promise<HeldBans>
  counters(): Promise<DropCounters>
  /** Removes what {@link prepare} made and nothing else; nothing happens where there is nothing. */
  release(): Promise<void>
}
