import type { DeliveryOutcome } from '../client/index.ts'
import { LONGEST_HOLD_MS } from './request-times.ts'

const SHORTEST_MS = 1000
const LONGEST_MS = 300_000
/** What the service's documents advise after a 429 that names no time. */
const UNNAMED_LIMIT_MS = 60_000

/** How long to wait before the next request, and who says so. */
export interface DeliveryDelay {
  readonly delayMs: number
  /** Whether the service named the time, so that it must hold over a restart too. */
  readonly isAsked: boolean
}

/**
 * How long to wait after a report that was not accepted.
 * Failures back off from 1 s to 5 min, doubling, each shortened by up to half at random, so that the agents of a service
 * that comes back do not all call at once. Refusals need a person and wait at the slow end.
 * @param failuresInARow 1 for the first
 * @param random 0 (included) to 1 (excluded)
 */
export function delayAfter(
  outcome: Exclude<DeliveryOutcome, { kind: 'accepted' }>,
  failuresInARow: number,
  random: number,
): DeliveryDelay {
  if (outcome.kind === 'refused') return { delayMs: jittered(LONGEST_MS, random), isAsked: false }
  if (outcome.kind === 'limited') {
    return {
      delayMs: Math.max(SHORTEST_MS, bounded(outcome.retryAfterMs ?? UNNAMED_LIMIT_MS)),
      isAsked: true,
    }
  }
  const backoffMs = jittered(SHORTEST_MS * 2 ** Math.min(failuresInARow, 20), random)
  const askedMs = bounded(outcome.retryAfterMs ?? 0)
  return { delayMs: Math.max(backoffMs, askedMs), isAsked: askedMs > backoffMs }
}

function bounded(askedMs: number): number {
  return Math.min(LONGEST_HOLD_MS, askedMs)
}

function jittered(milliseconds: number, random: number): number {
  return Math.round(Math.min(LONGEST_MS, milliseconds) * (1 - random / 2))
}
