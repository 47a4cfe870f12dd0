import { once } from 'node:events'
import { followLog } from '../cowrie/index.ts'
import { type Logger, lockDirectory } from '../runtime/index.ts'
import type { AgentObserver } from './agent-observer.ts'
import { type AgentOptions, type AgentTarget, rulesOf } from './agent-options.ts'
import type { AgentState, DeliveryTotals } from './agent-state.ts'
import { Bell } from './bell.ts'
import { Collector } from './collector.ts'
import { startLine } from './config.ts'
import { type DeliveryOptions, deliverRest, deliverUntil } from './delivery.ts'
import { LogRoster, type RosterLog } from './log-roster.ts'
import type { FollowLog } from './log-source.ts'
import { openSender } from './open-sender.ts'
import type { SendStep } from './sender.ts'
import { trackedGroups } from './sighting.ts'
import { type FoundState, openTargetStates } from './state-files.ts'

export interface RunAgentOptions extends AgentOptions {
  /**
   * At least one, each URL once. Each has its own reading, spool, limit and connection, so that none waits for another;
   * one that is new begins as a new agent does.
   */
  readonly targets: readonly AgentTarget[]
  /** The logs to follow, each through its own rotations; neither they nor their directories need exist yet. */
  readonly logPaths: readonly string[]
  /** What matches these is followed too, from when it appears; absolute. */
  readonly logPatterns?: readonly string[]
  /** How long to go on delivering once `signal` is aborted; default 5,000. */
  readonly graceMs?: number
  /** Hears of what was read, recorded, delivered or must wait. */
  readonly observer?: AgentObserver
  /** Default `followLog` of `cowrie`. */
  readonly follow?: FollowLog
}

/** Where a following agent stands, all its targets together. */
export interface AgentProgress {
  /** Addresses on disk that no service has taken yet. */
  readonly waitingAddresses: number
  /** Since the state directory was made. */
  readonly totals: DeliveryTotals
}

const DEFAULT_GRACE_MS = 5000

/**
 * Follows logs and reports what they show until `signal` is aborted.
 * At the end everything read is on disk, and what the grace and the limit allow is delivered; the rest goes out at the next start.
 * @returns what is left
 * @throws HoneyjamError DIRECTORY_LOCKED, DIRECTORY_UNUSABLE, STORE_* or CONFIG_INVALID before anything was read, or
 *   whatever ended the reading of a log: then too what had been read is kept
 */
export async function runAgent(options: RunAgentOptions): Promise<AgentProgress> {
  const lock = await lockDirectory(options.stateDirectory)
  try {
    return await runTargets(options)
  } finally {
    options.observer?.onEnd?.()
    await lock.close()
  }
}

async function runTargets(options: RunAgentOptions): Promise<AgentProgress> {
  const { targets, logger, stateDirectory } = options
  const roster = await openRoster(options)
  const { states, left } = openTargetStates(
    stateDirectory,
    targets.map((target) => target.apiUrl),
    options.config.spool,
  )
  for (const state of left) tellLeft(logger, state)
  const failure = new AbortController()
  const signal = AbortSignal.any([options.signal, failure.signal])
  const looking = roster.keepLooking(signal)
  try {
    const runs = targets.map(async (target, index) => {
      const ownLogger = targets.length === 1 ? logger : logger.child({ target: target.apiUrl })
      try {
        return await runTarget({ ...options, ...target, roster, logger: ownLogger, signal }, states[index]!)
      } catch (error) {
        // the others end in good order
        failure.abort()
        throw error
      }
    })
    return await allOf(runs)
  } finally {
    failure.abort()
    await looking
    for (const state of states) state.close()
  }
}

async function openRoster({ logPaths, logPatterns = [], ...options }: RunAgentOptions): Promise<LogRoster> {
  const roster = new LogRoster({ ...options, logPaths, logPatterns })
  await roster.look()
  return roster
}

/** Waits for all, also when one has failed. */
async function allOf(runs: readonly Promise<AgentProgress>[]): Promise<AgentProgress> {
  await Promise.allSettled(runs)
  return sumOf(await Promise.all(runs))
}

/** The options as one target has them. */
interface TargetOptions extends RunAgentOptions, AgentTarget {
  readonly roster: LogRoster
}

async function runTarget(options: TargetOptions, state: AgentState): Promise<AgentProgress> {
  const { sender, close } = openSender(options, state)
  try {
    return await new RunningAgent(options, state, sender).run()
  } finally {
    await close()
  }
}

function sumOf(all: readonly AgentProgress[]): AgentProgress {
  const sum = (of: (progress: AgentProgress) => number) => all.reduce((total, one) => total + of(one), 0)
  return {
    waitingAddresses: sum(({ waitingAddresses }) => waitingAddresses),
    totals: {
      requests: sum(({ totals }) => totals.requests),
      batches: sum(({ totals }) => totals.batches),
      addresses: sum(({ totals }) => totals.addresses),
    },
  }
}

function tellLeft(logger: Logger, { file, target, waitingAddresses }: FoundState): void {
  logger.warn(
    { file, target, waiting: waitingAddresses },
    'addresses wait for a target that is not configured any more: they go out once api_url names it again',
  )
}

/** The loops of one target: one a log, one for the flush by time, one for delivery. */
class RunningAgent {
  readonly #options: TargetOptions
  readonly #state: AgentState
  readonly #collector: Collector
  readonly #delivery: DeliveryOptions
  /** Rung when there is something new to deliver. */
  readonly #recorded = new Bell()
  /** Ends the loops: the caller said so, or one of them has failed. */
  readonly #stop = new AbortController()
  /** Ends the grace. */
  readonly #abandon = new AbortController()
  readonly #failures: unknown[] = []

  constructor(options: TargetOptions, state: AgentState, sender: DeliveryOptions['sender']) {
    const { config, clock, logger, apiUrl, observer } = options
    this.#options = options
    this.#state = state
    this.#collector = new Collector({
      state,
      rules: rulesOf(config),
      flushMs: config.flushSeconds * 1000,
      flushAddresses: config.flushAddresses,
      clock,
      logger,
      onFlushed: () => {
        this.#recorded.ring()
        observer?.onGathering?.(apiUrl, undefined)
        this.#tell()
      },
    })
    this.#delivery = { sender, clock, abandon: this.#abandon.signal, onStep: (step) => this.#tell(step) }
  }

  async run(): Promise<AgentProgress> {
    const { config, logger, roster, signal, apiUrl, observer } = this.#options
    const { waitingAddresses: waiting, droppedAddresses: dropped } = this.#state
    logger.info({ logs: roster.paths, waiting, ...(dropped > 0 ? { dropped } : {}) }, startLine(config))
    observer?.onLogs(apiUrl, roster.paths)
    this.#tell()
    const done = new AbortController()
    const graceEndsAtMs = this.#onStop(done.signal)
    const stop = () => this.#stop.abort()
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    try {
      const gathering = this.#gather()
      await this.#guard(deliverUntil(this.#stop.signal, this.#recorded, this.#delivery))
      await gathering
      await this.#guard(deliverRest(this.#delivery, await graceEndsAtMs))
    } finally {
      signal.removeEventListener('abort', stop)
      done.abort()
    }
    return this.#end()
  }

  /**
   * Once the stop has come, lets the grace run until `done`.
   * @returns when it ends, epoch milliseconds; known from the stop on
   */
  async #onStop(done: AbortSignal): Promise<number> {
    const { clock, graceMs = DEFAULT_GRACE_MS } = this.#options
    await once(this.#stop.signal, 'abort')
    void clock.sleep(graceMs, done).then(() => this.#abandon.abort(new Error('the agent stops')))
    return clock.nowMs() + graceMs
  }

  /** Reads and records until the stop, then records the rest. */
  async #gather(): Promise<void> {
    await Promise.all([this.#followAll(), this.#guard(this.#collector.runTimer(this.#stop.signal))])
    await this.#guard(Promise.resolve().then(() => this.#collector.flush()))
  }

  async #followAll(): Promise<void> {
    const { apiUrl, observer, roster } = this.#options
    const following: Promise<void>[] = []
    for await (const log of roster.each(this.#stop.signal)) {
      observer?.onLogs(apiUrl, [log.path])
      following.push(this.#guard(this.#follow(log)))
    }
    await Promise.all(following)
  }

  async #follow({ path, absentAtMs }: RosterLog): Promise<void> {
    const { follow = followLog, apiUrl, config, clock, logger, observer } = this.#options
    const from = this.#state.positionOf(path)
    const signal = this.#stop.signal
    const groups = trackedGroups(rulesOf(config))
    const batches = follow({
      path,
      groups,
      clock,
      logger,
      signal,
      ...(from === undefined ? {} : { from }),
      // it may have been rotated before it was noticed
      ...(absentAtMs === undefined ? {} : { unreadSinceMs: absentAtMs }),
    })
    for await (const batch of batches) {
      await this.#collector.take(path, batch, signal)
      observer?.onRead(apiUrl, path, batch)
      observer?.onGathering?.(apiUrl, this.#collector.gathering)
    }
  }

  /** A loop that fails ends the others in good order; the first failure is the agent's. */
  async #guard(loop: Promise<void>): Promise<void> {
    try {
      await loop
    } catch (error) {
      this.#failures.push(error)
      this.#stop.abort()
    }
  }

  #tell(step?: SendStep): void {
    const { apiUrl, observer } = this.#options
    observer?.onProgress(apiUrl, { ...this.#progress(), ...(step === undefined ? {} : { step }) })
  }

  #progress(): AgentProgress {
    return { waitingAddresses: this.#state.waitingAddresses, totals: this.#state.totals }
  }

  #end(): AgentProgress {
    const { logger } = this.#options
    if (this.#failures.length > 0) throw this.#failures[0]
    const progress = this.#progress()
    const waiting = progress.waitingAddresses
    if (waiting > 0)
      logger.info({ waiting }, `${waiting} addresses are kept on disk and go out at the next start`)
    logger.info(GOODBYE)
    return progress
  }
}

/** What the removed module wrote when Cowrie stopped. */
const GOODBYE = 'ThreatJammer.com output plugin successfully terminated. Bye!'
