/** How wrong keys are counted, see {@link WrongKeys}. */
export interface WrongKeyLimits {
  /** Wrong keys that one source may send in a window without more than being told so; at least 1. */
  readonly allowed: number
  /** A window begins with the first wrong key outside of one. */
  readonly windowMs: number
  /** How long a source is closed the first time; each further time is twice as long. */
  readonly firstClosedMs: number
  /** No source is closed for longer at a time; and one that has been open for so long begins anew. */
  readonly longestClosedMs: number
  /** So many sources are remembered; beyond that the one whose last wrong key is the longest ago is forgotten. */
  readonly sources: number
}

/** What a wrong key is answered with. */
export type WrongKeyOutcome =
  | { readonly kind: 'told' }
  | {
      readonly kind: 'closed'
      /** Whole seconds, at least 1. */
      readonly retryAfterSeconds: number
      /** Whether the source was open until now. */
      readonly isNew: boolean
    }

interface Source {
  windowBeganMs: number
  wrong: number
  closedUntilMs: number
  timesClosed: number
}

/**
 * Counts wrong keys by where they come from, in bounded memory. A source that sends too many is closed for a while, the
 * longer the more often; what it sends meanwhile makes that no longer, so that who waits as he is told is answered plainly again.
 */
export class WrongKeys {
  readonly #limits: WrongKeyLimits
  /** Those whose last wrong key is the longest ago first. */
  readonly #sourceByName = new Map<string, Source>()
  #told = 0
  #closed = 0

  constructor(limits: WrongKeyLimits) {
    this.#limits = limits
  }

  /** How many wrong keys there were, by what they were answered with. */
  get totals(): { readonly told: number; readonly closed: number } {
    return { told: this.#told, closed: this.#closed }
  }

  /** How many sources are remembered. */
  get size(): number {
    return this.#sourceByName.size
  }

  /** Counts a wrong key from the source. */
  add(name: string, nowMs: number): WrongKeyOutcome {
    const outcome = this.#judge(this.#touch(name, nowMs), nowMs)
    if (outcome.kind === 'told') this.#told += 1
    else this.#closed += 1
    return outcome
  }

  #judge(source: Source, nowMs: number): WrongKeyOutcome {
    const { allowed, windowMs, firstClosedMs, longestClosedMs } = this.#limits
    const leftMs = source.closedUntilMs - nowMs
    // a clock that was set back must keep nobody closed for longer, and make no window last
    if (leftMs > 0 && leftMs <= longestClosedMs) return closed(leftMs, false)
    if (nowMs - source.windowBeganMs >= windowMs || nowMs < source.windowBeganMs) {
      source.windowBeganMs = nowMs
      source.wrong = 0
      if (nowMs - source.closedUntilMs >= longestClosedMs) source.timesClosed = 0
    }
    source.wrong += 1
    if (source.wrong <= allowed) return { kind: 'told' }
    const closedMs = Math.min(longestClosedMs, firstClosedMs * 2 ** source.timesClosed)
    source.timesClosed += 1
    source.closedUntilMs = nowMs + closedMs
    return closed(closedMs, true)
  }

  /** The source, as the one with the newest wrong key. */
  #touch(name: string, nowMs: number): Source {
    const known = this.#sourceByName.get(name)
    if (known !== undefined) this.#sourceByName.delete(name)
    const source = known ?? { windowBeganMs: nowMs, wrong: 0, closedUntilMs: 0, timesClosed: 0 }
    this.#sourceByName.set(name, source)
    if (this.#sourceByName.size > this.#limits.sources) {
      for (const oldest of this.#sourceByName.keys()) {
        this.#sourceByName.delete(oldest)
        break
      }
    }
    return source
  }
}

function closed(leftMs: number, isNew: boolean): WrongKeyOutcome {
  return { kind: 'closed', retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1000)), isNew }
}
