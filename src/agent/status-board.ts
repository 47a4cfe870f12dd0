import type { LogBatch } from '../cowrie/index.ts'
import type { Clock } from '../runtime/index.ts'
import type { AgentObserver, Gathering, TargetProgress } from './agent-observer.ts'
import type { DeliveryTotals } from './agent-state.ts'
import type { Undelivered } from './delivery-log.ts'
import type { SendStep, WaitReason } from './sender.ts'

/** What an agent is doing, as plain data. Times are epoch milliseconds; `null`: not yet, or not now. */
export interface AgentStatus {
  readonly startedAtMs: number
  readonly targets: readonly TargetStatus[]
}

export interface TargetStatus {
  /** The URL that reports go to. */
  readonly target: string
  readonly logs: readonly LogStatus[]
  /** Addresses on disk that the target has not taken yet. */
  readonly waitingAddresses: number
  /** What goes out at the next flush. */
  readonly gathering: Gathering | null
  /** Since the state file was made. */
  readonly totals: DeliveryTotals
  readonly lastAcknowledgementAtMs: number | null
  /** Stays until the next one. */
  readonly lastFailure: DeliveryFailure | null
  readonly failuresInARow: number
  /** The first of them. */
  readonly failingSinceMs: number | null
  /** Before which no report goes out. */
  readonly nextAttemptAtMs: number | null
  readonly waitReason: WaitReason | null
}

export interface LogStatus {
  readonly path: string
  /** When a line came in last. */
  readonly lastLineAtMs: number | null
  /** The newest time in a tracked event. */
  readonly lastEventAtMs: number | null
  /** Bytes that stand in the log behind what was read; `null` until reading has begun. */
  readonly lagBytes: number | null
  /** Since the start. */
  readonly lines: number
  /** Events of a tracked kind since the start. */
  readonly trackedEvents: number
}

export interface DeliveryFailure {
  readonly atMs: number
  /** `limited`: too many requests; `refused`: a person is needed; `failed`: anything else. */
  readonly kind: Undelivered['kind']
  /** `null` when no answer came. */
  readonly status: number | null
  /** One line, at most 500 characters and what quoting adds; a server's own words. */
  readonly reason: string
}

/** Keeps in mind where an agent stands: how far it reads each log and what becomes of its reports, target by target. */
export class AgentStatusBoard implements AgentObserver {
  readonly #clock: Clock
  readonly #startedAtMs: number
  readonly #deliveryByTarget = new Map<string, Delivery>()
  readonly #logsByTarget = new Map<string, Map<string, LogStatus>>()
  /** The logs of each target that were told of in this run. */
  readonly #toldByTarget = new Map<string, Set<string>>()

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock
    this.#startedAtMs = clock.nowMs()
  }

  /**
   * Another agent of the same process begins, perhaps with other targets and logs: those that do not come back are shown no
   * more, and for the others it goes on with what it has.
   */
  beginRun(): void {
    this.#toldByTarget.clear()
    for (const [target, delivery] of this.#deliveryByTarget) {
      this.#deliveryByTarget.set(target, { ...delivery, ...NOT_WAITING, gathering: null })
    }
  }

  onLogs(target: string, logPaths: readonly string[]): void {
    const logs = this.#logsOf(target)
    for (const path of logPaths) {
      if (!logs.has(path)) logs.set(path, unread(path))
      this.#toldOf(target).add(path)
    }
  }

  onRead(target: string, logPath: string, batch: LogBatch): void {
    const logs = this.#logsOf(target)
    const log = logs.get(logPath) ?? unread(logPath)
    logs.set(logPath, readOn(log, batch, this.#clock.nowMs()))
    this.#toldOf(target).add(logPath)
  }

  onGathering(target: string, gathering: Gathering | undefined): void {
    const delivery = this.#deliveryByTarget.get(target) ?? NOTHING_DELIVERED
    this.#deliveryByTarget.set(target, { ...delivery, gathering: gathering ?? null })
  }

  onProgress(target: string, { waitingAddresses, totals, step }: TargetProgress): void {
    const delivery = this.#deliveryByTarget.get(target) ?? NOTHING_DELIVERED
    const stepped = step === undefined ? delivery : goOn(delivery, step, this.#clock.nowMs())
    this.#deliveryByTarget.set(target, { ...stepped, waitingAddresses, totals })
    this.#toldOf(target)
  }

  snapshot(): AgentStatus {
    const targets = [...this.#toldByTarget].map(([target, told]) => {
      const logs = [...this.#logsOf(target).values()].filter(({ path }) => told.has(path))
      return { target, logs, ...(this.#deliveryByTarget.get(target) ?? NOTHING_DELIVERED) }
    })
    return { startedAtMs: this.#startedAtMs, targets }
  }

  #toldOf(target: string): Set<string> {
    const known = this.#toldByTarget.get(target)
    if (known !== undefined) return known
    const told = new Set<string>()
    this.#toldByTarget.set(target, told)
    return told
  }

  #logsOf(target: string): Map<string, LogStatus> {
    const known = this.#logsByTarget.get(target)
    if (known !== undefined) return known
    const logs = new Map<string, LogStatus>()
    this.#logsByTarget.set(target, logs)
    return logs
  }
}

type Delivery = Omit<TargetStatus, 'target' | 'logs'>

const NOT_WAITING = { nextAttemptAtMs: null, waitReason: null } as const

const NOTHING_DELIVERED: Delivery = {
  waitingAddresses: 0,
  gathering: null,
  totals: { requests: 0, batches: 0, addresses: 0 },
  lastAcknowledgementAtMs: null,
  lastFailure: null,
  failuresInARow: 0,
  failingSinceMs: null,
  ...NOT_WAITING,
}

function unread(path: string): LogStatus {
  return { path, lastLineAtMs: null, lastEventAtMs: null, lagBytes: null, lines: 0, trackedEvents: 0 }
}

function readOn(log: LogStatus, { lines, events, lagBytes }: LogBatch, nowMs: number): LogStatus {
  const eventAtMs = events.findLast(({ timestampMs }) => timestampMs !== undefined)?.timestampMs
  return {
    path: log.path,
    lastLineAtMs: lines > 0 ? nowMs : log.lastLineAtMs,
    lastEventAtMs: eventAtMs === undefined ? log.lastEventAtMs : Math.max(log.lastEventAtMs ?? 0, eventAtMs),
    lagBytes,
    lines: log.lines + lines,
    trackedEvents: log.trackedEvents + events.length,
  }
}

function goOn(delivery: Delivery, step: SendStep, nowMs: number): Delivery {
  if (step.kind === 'idle') return delivery
  if (step.kind === 'waiting') {
    return { ...delivery, nextAttemptAtMs: step.untilMs, waitReason: step.reason }
  }
  if (step.kind === 'undelivered') return noteFailure(delivery, step.outcome, nowMs)
  return {
    ...delivery,
    ...NOT_WAITING,
    lastAcknowledgementAtMs: nowMs,
    failuresInARow: 0,
    failingSinceMs: null,
  }
}

/** To be asked to wait is no failure: it neither begins a row of them nor ends one. */
function noteFailure(delivery: Delivery, outcome: Undelivered, atMs: number): Delivery {
  const { kind, reason } = outcome
  const status = kind === 'limited' ? 429 : (outcome.status ?? null)
  const noted = { ...delivery, ...NOT_WAITING, lastFailure: { atMs, kind, status, reason } }
  if (kind === 'limited') return noted
  return {
    ...noted,
    failuresInARow: delivery.failuresInARow + 1,
    failingSinceMs: delivery.failingSinceMs ?? atMs,
  }
}
