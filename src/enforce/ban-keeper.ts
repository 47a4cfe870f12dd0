import type { Clock, Logger } from '../runtime/index.ts'
import { type BanDifference, compareBans } from './compare-bans.ts'
import type { Network } from './networks.ts'
import type { Ban, DropCounters, Enforcer } from './ports.ts'
import { type ProtectedNetwork, ProtectedSet } from './protected/protected-set.ts'
import { type DecisionChange, WantedSet } from './wanted-set.ts'

/** Before a ban it is looked who is logged in now, but not more often than this. */
const GUARD_AGE_MS = 2_000

/** What the last comparison of kernel and wish found. */
export interface Audit {
  readonly atMs: number
  readonly difference: Omit<BanDifference, 'change' | 'intended'>
  /** Whether table, sets and rules had to be made anew. */
  readonly wasBroken: boolean
  /** Hosts and ranges that the firewall should have held. */
  readonly intended: number
  /** Hosts and ranges that it held. */
  readonly held: number
  readonly counters: DropCounters
}

/** That the firewall does not take what is wanted. */
export interface KeeperFailure {
  /** Epoch milliseconds. */
  readonly sinceMs: number
  /** Of the last try. */
  readonly reason: string
}

export interface BanKeeperOptions {
  readonly enforcer: Enforcer
  readonly findProtected: () => Promise<readonly ProtectedNetwork[]>
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Brings one firewall to what is decided and keeps it there. One thing at a time: calls wait for one another. While nothing was
 * received, what the firewall holds is left as it is.
 */
export class BanKeeper {
  readonly #options: BanKeeperOptions
  readonly #wanted = new WantedSet()
  #guardText = ''
  #guardedAtMs = 0
  #knowsDecisions = false
  /** What was wanted could not be applied: the next comparison does it. */
  #failure: KeeperFailure | undefined
  /** What was put right has not been looked at again. */
  #isUnseen = false
  #lastAudit: Audit | undefined
  #repairs = 0
  #tail: Promise<unknown> = Promise.resolve()

  constructor(options: BanKeeperOptions) {
    this.#options = options
  }

  get lastAudit(): Audit | undefined {
    return this.#lastAudit
  }

  /** Comparisons that had something to repair that nobody had asked for. */
  get repairs(): number {
    return this.#repairs
  }

  get isBehind(): boolean {
    return this.#failure !== undefined
  }

  /** Why the firewall does not hold what is wanted. */
  get failure(): KeeperFailure | undefined {
    return this.#failure
  }

  /** Whether a comparison is due at once: the last one changed something, or could not. */
  get wantsAudit(): boolean {
    return this.isBehind || this.#isUnseen
  }

  /** Decisions that are not enforced here because something protects all of them or a part. */
  get withheld(): readonly Network[] {
    return this.#wanted.withheld
  }

  get wanted(): WantedSet {
    return this.#wanted
  }

  /** Takes a whole set of decisions; what the firewall holds besides goes. */
  replace(decisions: Iterable<Ban>): Promise<void> {
    return this.#exclusively(async () => {
      await this.#guard()
      this.#wanted.replace(decisions)
      this.#knowsDecisions = true
      await this.#compare('wish')
    })
  }

  /** Takes a change of the decisions. @throws HoneyjamError as the enforcer does; the next comparison brings it about */
  change(change: DecisionChange): Promise<void> {
    return this.#exclusively(async () => {
      const { enforcer, clock } = this.#options
      const isOld = clock.nowMs() > this.#guardedAtMs + GUARD_AGE_MS
      const guardChanged = isOld && change.denied.length > 0 && (await this.#guard())
      const banChange = this.#wanted.change(change)
      if (this.isBehind || guardChanged) return await this.#compare('wish')
      await this.#attempt(() => enforcer.apply(banChange, clock.nowMs()))
    })
  }

  /** Looks what is protected now, compares what the firewall holds with what is wanted, and repairs it. */
  audit(): Promise<Audit | undefined> {
    return this.#exclusively(async () => {
      const guardChanged = await this.#guard()
      if (!this.#knowsDecisions) return undefined
      this.#wanted.sweep(this.#options.clock.nowMs())
      await this.#compare(guardChanged ? 'wish' : 'drift')
      return this.#lastAudit
    })
  }

  /** @returns whether something else is protected than before */
  async #guard(): Promise<boolean> {
    const found = await this.#options.findProtected()
    this.#guardedAtMs = this.#options.clock.nowMs()
    const text = found
      .map(({ network }) => network)
      .toSorted()
      .join(' ')
    if (text === this.#guardText) return false
    this.#guardText = text
    this.#wanted.protect(new ProtectedSet(found))
    this.#options.logger.debug({ networks: found.length }, 'protected networks looked up')
    return true
  }

  /** @param cause what a difference means: `wish` a new set of decisions, `drift` that somebody else changed the firewall */
  async #compare(cause: 'wish' | 'drift'): Promise<void> {
    await this.#attempt(async () => {
      const { enforcer, clock, logger } = this.#options
      const nowMs = clock.nowMs()
      let held = await enforcer.list(nowMs)
      const wasBroken = !held.isIntact
      if (wasBroken) {
        await enforcer.prepare()
        held = await enforcer.list(nowMs)
      }
      const { longestBanMs } = enforcer
      const { change, intended, ...difference } = compareBans(this.#wanted.wanted(), held, {
        nowMs,
        longestBanMs,
      })
      if (change !== undefined) await enforcer.apply(change, nowMs)
      const isRepair = cause === 'drift' && !this.isBehind && (wasBroken || change !== undefined)
      if (isRepair) {
        this.#repairs++
        logger.warn({ ...difference, wasBroken }, 'the firewall held something else than intended, repaired')
      }
      // looked at once more, and not for ever where a firewall holds something else than it was told
      this.#isUnseen = change !== undefined && !this.#isUnseen
      // a new wish is no finding
      if (cause === 'wish' && change !== undefined) return
      const counters = await enforcer.counters()
      const size = held.expiresAtMsByHost.size + held.ranges.length
      this.#lastAudit = { atMs: nowMs, difference, wasBroken, intended, held: size, counters }
    })
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work()
      this.#failure = undefined
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#failure = { sinceMs: this.#failure?.sinceMs ?? this.#options.clock.nowMs(), reason }
      throw error
    }
  }

  #exclusively<Value>(work: () => Promise<Value>): Promise<Value> {
    const run = this.#tail.then(work)
    this.#tail = run.catch(() => undefined)
    return run
  }
}
