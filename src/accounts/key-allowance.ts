import { mostAheadOf, refusalOf, stampsOf, statesOf, usageLimitOf } from './quota-windows.ts'
import { RecentCount } from './recent-count.ts'
import { type QuotaOutcome, type QuotaState, type QuotaWindow, TOLERANCE_MS } from './request-quota.ts'
import type { UsageAnswer, UsageAsk, UsageCorrection } from './usage-store.ts'

/** How long what was taken ahead may be used. */
const AHEAD_MS = 1_000
/** A refusal is not remembered for longer, so that whoever gets a better plan or something back need not wait. */
const LONGEST_REFUSAL_MS = 5_000
/** When the store is away nobody knows when a window opens again. */
const RETRY_ALONE_MS = 10_000
const IDLE_MS = 120_000

/** What was taken ahead of the requests that use it. */
interface Ahead {
  readonly windows: readonly QuotaWindow[]
  readonly answer: UsageAnswer
  readonly usableUntilMs: number
  used: number
}

/** What one process knows of the windows of one caller between two answers of the store. */
export class KeyAllowance {
  readonly #recent = new RecentCount()
  #ahead: Ahead | undefined
  #refusal: { readonly untilMs: number; readonly states: readonly QuotaState[] } | undefined
  #asked: { readonly atMs: number; readonly wanted: number } | undefined
  /** As they were after the newest request that was allowed. */
  #known: readonly QuotaState[] = []
  #lastMs = 0

  get hasAhead(): boolean {
    return this.#ahead !== undefined
  }

  /** Whether nothing of worth is in it. */
  isIdle(nowMs: number): boolean {
    return this.#ahead === undefined && Math.abs(nowMs - this.#lastMs) > IDLE_MS
  }

  /** Decides without the store; `undefined` where only the store can. */
  decide(windows: readonly QuotaWindow[], nowMs: number): QuotaOutcome | undefined {
    this.#lastMs = nowMs
    const refusal = this.#refusal
    if (refusal !== undefined && isRemembered(refusal, nowMs) && isSame(refusal.states, windows))
      return refusalOf(refusal.states, nowMs)
    const ahead = this.#ahead
    if (ahead === undefined || !isUsable(ahead, windows, nowMs)) return undefined
    ahead.used++
    return this.#allow(ahead.windows, ahead.answer, {
      taken: ahead.used,
      atMs: ahead.usableUntilMs,
      nowMs,
    })
  }

  /** What to ask the store for when `requests` wait. A caller who asks often takes ahead, twice as much each time. */
  ask(windows: readonly QuotaWindow[], requests: number, nowMs: number): UsageAsk {
    const { atMs = -Infinity, wanted: before = 1 } = this.#asked ?? {}
    const isOften = nowMs - atMs < AHEAD_MS && nowMs >= atMs
    const wanted = Math.max(requests, isOften ? Math.min(2 * before, mostAheadOf(windows)) : 1)
    this.#asked = { atMs: nowMs, wanted }
    const usableUntilMs = wanted > requests ? nowMs + AHEAD_MS : nowMs
    return { limits: windows.map((window) => usageLimitOf(window, nowMs, usableUntilMs)), wanted }
  }

  /**
   * Takes the store's answer to {@link ask}, and keeps what is more than `requests`.
   * @returns what becomes of each request
   */
  settle(
    windows: readonly QuotaWindow[],
    answer: UsageAnswer,
    {
      requests,
      askedAtMs,
      nowMs,
    }: { readonly requests: number; readonly askedAtMs: number; readonly nowMs: number },
  ): readonly QuotaOutcome[] {
    const wanted = this.#asked?.wanted ?? requests
    const atMs = wanted > requests ? askedAtMs + AHEAD_MS : askedAtMs
    const allowed = Math.min(requests, answer.granted)
    const outcomes: QuotaOutcome[] = []
    for (let taken = 1; taken <= allowed; taken++) {
      outcomes.push(this.#allow(windows, answer, { taken, atMs, nowMs }))
    }
    if (answer.granted > allowed) this.#ahead = { windows, answer, usableUntilMs: atMs, used: allowed }
    if (allowed === requests) return outcomes
    const refused = this.#refuse(statesOf(windows, answer, { taken: allowed, nowMs: atMs }), nowMs)
    return [...outcomes, ...Array.from({ length: requests - allowed }, () => refused)]
  }

  /** Decides while the store is away: then the limits hold for this process alone. */
  decideAlone(windows: readonly QuotaWindow[], nowMs: number): QuotaOutcome {
    const states = this.statesAlone(windows, nowMs)
    if (states.some(({ window, used }) => used >= window.limit)) return refusalOf(states, nowMs)
    this.#recent.add(nowMs)
    this.#known = states.map((state) => ({ ...state, used: state.used + 1 }))
    return { allowed: true, states: this.#known, stamps: stampsOf(windows, nowMs) }
  }

  statesAlone(windows: readonly QuotaWindow[], nowMs: number): readonly QuotaState[] {
    return windows.map((window) => {
      const { endsAtMs } = window
      if (endsAtMs === undefined)
        return { window, used: this.#recent.count(nowMs), freesAtMs: nowMs + RETRY_ALONE_MS }
      const known = this.#known.find((state) => state.window.endsAtMs === endsAtMs)
      return { window, used: known?.used ?? 0, freesAtMs: endsAtMs }
    })
  }

  /** Lets go of what was taken ahead, when it can no longer be used or `isEnd`. @returns what the store gets back */
  release(nowMs: number, isEnd: boolean): readonly UsageCorrection[] {
    const ahead = this.#ahead
    if (ahead === undefined || (!isEnd && nowMs <= ahead.usableUntilMs)) return []
    this.#ahead = undefined
    const left = ahead.answer.granted - ahead.used
    if (left === 0) return []
    // it was too much: the next time no more than was used
    this.#asked = { atMs: this.#asked?.atMs ?? nowMs, wanted: Math.max(1, Math.floor(ahead.used / 2)) }
    return stampsOf(ahead.windows, ahead.usableUntilMs).map((stamp) => ({ ...stamp, delta: -left }))
  }

  #allow(
    windows: readonly QuotaWindow[],
    answer: UsageAnswer,
    at: { readonly taken: number; readonly atMs: number; readonly nowMs: number },
  ): QuotaOutcome {
    this.#recent.add(at.nowMs)
    this.#known = statesOf(windows, answer, at)
    return { allowed: true, states: this.#known, stamps: stampsOf(windows, at.atMs) }
  }

  #refuse(states: readonly QuotaState[], nowMs: number): QuotaOutcome {
    const outcome = refusalOf(states, nowMs)
    const freesAtMs = Math.max(...states.filter(isFull).map((state) => state.freesAtMs))
    this.#refusal = { untilMs: Math.min(nowMs + LONGEST_REFUSAL_MS, freesAtMs - TOLERANCE_MS), states }
    return outcome
  }
}

/** A clock that was set back does not prolong it. */
function isRemembered({ untilMs }: { readonly untilMs: number }, nowMs: number): boolean {
  return nowMs < untilMs && untilMs - nowMs <= LONGEST_REFUSAL_MS
}

function isUsable(ahead: Ahead, windows: readonly QuotaWindow[], nowMs: number): boolean {
  const { used, answer, usableUntilMs } = ahead
  if (used >= answer.granted || nowMs > usableUntilMs || nowMs < usableUntilMs - AHEAD_MS) return false
  return isSame(
    ahead.windows.map((window) => ({ window })),
    windows,
  )
}

function isFull({ window, used }: QuotaState): boolean {
  return used >= window.limit
}

/** Another plan, or another month, makes other windows. */
function isSame(states: readonly Pick<QuotaState, 'window'>[], windows: readonly QuotaWindow[]): boolean {
  return states.every(({ window }, index) => {
    const other = windows[index]
    return window.limit === other?.limit && window.endsAtMs === other.endsAtMs
  })
}
