import type { LogBatch, LogPosition } from '../cowrie/index.ts'
import type { Clock, Logger } from '../runtime/index.ts'
import type { Gathering } from './agent-observer.ts'
import type { AgentState } from './agent-state.ts'
import { Bell } from './bell.ts'
import { persist } from './persist.ts'
import { type SightingRules, sightingOf } from './sighting.ts'
import { SightingFold } from './sighting-fold.ts'

export interface CollectorOptions {
  readonly state: Pick<AgentState, 'record' | 'positionOf'>
  readonly rules: SightingRules
  /** From the first pending address to the flush. */
  readonly flushMs: number
  /** Distinct addresses that make a flush due at once. */
  readonly flushAddresses: number
  readonly clock: Clock
  readonly logger: Logger
  /** Called when recorded sightings are to go out. */
  readonly onFlushed: () => void
}

/**
 * Gathers the sightings of all logs in memory and records them together with the positions behind them.
 * What is in memory alone is still covered by the recorded positions: a restart reads it again.
 * It holds up to `flushAddresses` distinct addresses and those of one more batch of the log.
 */
export class Collector {
  readonly #options: CollectorOptions
  readonly #fold = new SightingFold()
  readonly #positionByLog = new Map<string, LogPosition>()
  readonly #knownLogs = new Set<string>()
  readonly #changed = new Bell()
  /** Sightings that are on disk and whose time to go out has not come. */
  #unsaid = 0
  /** Epoch milliseconds; `undefined` while there is nothing to record. */
  #dueAtMs: number | undefined

  constructor(options: CollectorOptions) {
    this.#options = options
  }

  /**
   * Takes what was read of a log. Resolves at once, or, when a flush is due and the disk does not take it,
   * once it does: so reading waits and memory stays bounded.
   */
  async take(logPath: string, batch: LogBatch, signal: AbortSignal): Promise<void> {
    const hadSightings = this.#hasSightings
    this.#gather(batch)
    if (batch.position !== undefined) this.#positionByLog.set(logPath, batch.position)
    if (this.#fold.size + this.#unsaid >= this.#options.flushAddresses) {
      await this.#patiently(() => this.flush(), signal)
      return
    }
    this.#setDue(hadSightings)
    // were a log of which nothing is on disk rotated while the agent is down, nobody would know what to look for
    if (this.#isNew(logPath)) await this.#patiently(() => this.#record(), signal)
  }

  /** What waits for the next flush. */
  get gathering(): Gathering | undefined {
    if (this.#dueAtMs === undefined || !this.#hasSightings) return undefined
    return { addresses: this.#fold.size + this.#unsaid, dueAtMs: this.#dueAtMs }
  }

  /** Flushes whenever it is due by time, until `signal` is aborted. */
  async runTimer(signal: AbortSignal): Promise<void> {
    const { clock, flushMs } = this.#options
    while (!signal.aborted) {
      if (this.#dueAtMs === undefined) {
        await this.#changed.wait(signal)
        continue
      }
      const nowMs = clock.nowMs()
      // a clock that was set back must not put the flush off by as much
      this.#dueAtMs = Math.min(this.#dueAtMs, nowMs + flushMs)
      if (this.#dueAtMs > nowMs) await clock.sleep(this.#dueAtMs - nowMs, signal)
      else await this.#patiently(() => this.flush(), signal)
    }
  }

  /** Records everything and lets it go out. @throws HoneyjamError STORE_UNAVAILABLE: then it is all still in memory */
  flush(): void {
    this.#record()
    this.#dueAtMs = undefined
    if (this.#unsaid === 0) return
    this.#unsaid = 0
    this.#options.onFlushed()
  }

  #record(): void {
    if (this.#fold.size === 0 && this.#positionByLog.size === 0) return
    const { state, logger } = this.#options
    const dropped = state.record(this.#fold.values(), this.#positionByLog)
    if (dropped > 0)
      logger.error({ dropped }, `${dropped} addresses that waited longest are dropped: the spool is full`)
    this.#unsaid += this.#fold.size
    this.#fold.clear()
    this.#positionByLog.clear()
  }

  get #hasSightings(): boolean {
    return this.#fold.size + this.#unsaid > 0
  }

  #isNew(logPath: string): boolean {
    if (this.#knownLogs.has(logPath)) return false
    this.#knownLogs.add(logPath)
    return this.#options.state.positionOf(logPath) === undefined
  }

  #gather({ events }: LogBatch): void {
    const { rules, clock } = this.#options
    const nowMs = clock.nowMs()
    for (const event of events) {
      const judgement = sightingOf(event, rules, nowMs)
      if (judgement.kind === 'sighting') this.#fold.add(judgement.sighting)
    }
  }

  /** A position alone is recorded just as late, but does not make the first sighting's flush come earlier. */
  #setDue(hadSightings: boolean): void {
    const isFirstSighting = !hadSightings && this.#hasSightings
    if (this.#dueAtMs !== undefined && !isFirstSighting) return
    if (!this.#hasSightings && this.#positionByLog.size === 0) return
    this.#dueAtMs = this.#options.clock.nowMs() + this.#options.flushMs
    this.#changed.ring()
  }

  async #patiently(write: () => void, signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#options
    await persist(write, { clock, logger, signal })
  }
}
