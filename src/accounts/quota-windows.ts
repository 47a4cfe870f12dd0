import {
  type QuotaOutcome,
  type QuotaStamp,
  type QuotaState,
  type QuotaWindow,
  TOLERANCE_MS,
} from './request-quota.ts'
import type { UsageAnswer, UsageLimit } from './usage-store.ts'

/** Of a limit, what may be taken ahead at once: so much is out of reach for other processes, or lost in a crash. */
const AHEAD_SHARE = 20

/** The most that may be taken ahead; 1 is nothing but the request itself, as for all limits below 40. */
export function mostAheadOf(windows: readonly QuotaWindow[]): number {
  return Math.max(1, Math.floor(Math.min(...windows.map(({ limit }) => limit)) / AHEAD_SHARE))
}

/** @param usableUntilMs up to when what is taken may be used: it counts from then on */
export function usageLimitOf(window: QuotaWindow, nowMs: number, usableUntilMs: number): UsageLimit {
  const { accountId, meter, subjectId, limit, lengthMs, endsAtMs } = window
  const subject = { accountId, meter, subjectId, limit }
  if (endsAtMs !== undefined) return { ...subject, sinceMs: endsAtMs - 1, untilMs: endsAtMs, atMs: endsAtMs }
  // what lies further ahead was written before the clock was set back
  return {
    ...subject,
    sinceMs: nowMs - lengthMs + TOLERANCE_MS,
    untilMs: nowMs + lengthMs,
    atMs: usableUntilMs,
  }
}

export function stampsOf(windows: readonly QuotaWindow[], atMs: number): readonly QuotaStamp[] {
  return windows.map(({ accountId, meter, subjectId, endsAtMs }) => ({
    accountId,
    meter,
    subjectId,
    atMs: endsAtMs ?? atMs,
  }))
}

/** How the windows are when `taken` more than the store knew of are counted. */
export function statesOf(
  windows: readonly QuotaWindow[],
  answer: UsageAnswer,
  { taken, nowMs }: { readonly taken: number; readonly nowMs: number },
): readonly QuotaState[] {
  return windows.map((window, index) => {
    const oldestAtMs = answer.oldestAtMs[index] ?? nowMs
    return {
      window,
      used: (answer.used[index] ?? 0) + taken,
      freesAtMs: window.endsAtMs ?? oldestAtMs + window.lengthMs,
    }
  })
}

export function refusalOf(states: readonly QuotaState[], nowMs: number): QuotaOutcome {
  const full = states.filter(({ window, used }) => used >= window.limit)
  // the last to open stands in the way of all
  const last = full.reduce<QuotaState | undefined>(
    (latest, state) => (latest === undefined || state.freesAtMs > latest.freesAtMs ? state : latest),
    undefined,
  )
  const freesAtMs = last?.freesAtMs ?? nowMs
  return {
    allowed: false,
    states,
    stamps: [],
    ...(last !== undefined && {
      refused: {
        window: last.window,
        retryAfterSeconds: Math.max(1, Math.ceil((freesAtMs - nowMs) / 1000)),
      },
    }),
  }
}
