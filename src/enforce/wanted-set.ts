import { hostSetOf, type Network } from './networks.ts'
import type { Ban, BanChange, WantedBans } from './ports.ts'
import { ProtectedSet } from './protected/protected-set.ts'

/** What changed in the decisions: what is denied from now on, or until another time, and what no longer is. */
export interface DecisionChange {
  readonly denied: readonly Ban[]
  readonly released: readonly Network[]
}

/**
 * The decisions as they were received, and what of them this host may enforce. Nothing that touches a protected network is
 * ever wanted.
 */
export class WantedSet {
  #protected = new ProtectedSet([])
  #hosts = new Map<Network, number>()
  /** Hosts that are decided, and protected here. */
  readonly #withheld = new Map<Network, number>()
  readonly #ranges = new Map<Network, number>()

  /** Decisions that are not enforced here because something protects all of them or a part. */
  get withheld(): readonly Network[] {
    const cut = [...this.#ranges.keys()].filter((range) => this.#protected.touches(range))
    return [...this.#withheld.keys(), ...cut]
  }

  /** Decisions held, withheld ones included. */
  get size(): number {
    return this.#hosts.size + this.#withheld.size + this.#ranges.size
  }

  wanted(): WantedBans {
    return { expiresAtMsByHost: this.#hosts, ranges: this.#wantedRanges() }
  }

  /** Puts a whole set of decisions in the place of the one that is held. */
  replace(decisions: Iterable<Ban>): void {
    this.#hosts = new Map()
    this.#withheld.clear()
    this.#ranges.clear()
    for (const each of decisions) this.#set(each)
  }

  /** @returns what it means for a firewall that holds what was wanted before */
  change({ denied, released }: DecisionChange): BanChange {
    const ban: Ban[] = []
    const extend: Ban[] = []
    const unban: Network[] = []
    let touchesRanges = false
    for (const network of released) {
      if (this.#hosts.delete(network)) unban.push(network)
      else if (!this.#withheld.delete(network)) touchesRanges = this.#ranges.delete(network) || touchesRanges
    }
    for (const each of denied) {
      const wasWanted = this.#hosts.has(each.network)
      const outcome = this.#set(each)
      if (outcome === 'range') touchesRanges = true
      else if (outcome === 'wanted') (wasWanted ? extend : ban).push(each)
    }
    return { ban, extend, unban, ...(touchesRanges && { ranges: this.#wantedRanges() }) }
  }

  /** What is wanted follows at once; a firewall is brought there by a comparison. */
  protect(guard: ProtectedSet): void {
    this.#protected = guard
    const all = [...this.#hosts, ...this.#withheld]
    this.#hosts = new Map()
    this.#withheld.clear()
    for (const [network, expiresAtMs] of all) this.#set({ network, expiresAtMs })
  }

  /** Forgets what has ended. */
  sweep(nowMs: number): void {
    for (const held of [this.#hosts, this.#withheld, this.#ranges]) {
      for (const [network, expiresAtMs] of held) if (expiresAtMs <= nowMs) held.delete(network)
    }
  }

  #set({ network, expiresAtMs }: Ban): 'wanted' | 'withheld' | 'range' {
    if (hostSetOf(network) === undefined) {
      this.#ranges.set(network, expiresAtMs)
      return 'range'
    }
    const isProtected = this.#protected.touches(network)
    this.#hosts.delete(network)
    this.#withheld.delete(network)
    const held = isProtected ? this.#withheld : this.#hosts
    held.set(network, expiresAtMs)
    return isProtected ? 'withheld' : 'wanted'
  }

  #wantedRanges(): readonly Ban[] {
    return [...this.#ranges].flatMap(([range, expiresAtMs]) =>
      this.#protected.cutOut(range).map((network) => ({ network, expiresAtMs })),
    )
  }
}
