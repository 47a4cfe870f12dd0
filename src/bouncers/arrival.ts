/** Answers that are marked lie so far apart. */
const MARK_EVERY_MS = 60_000
const MARKS = 3

/** How much of what a bouncer was told it is sure to know. */
export interface Arrival {
  /** Positions of some of its answers, oldest first. */
  readonly marks: readonly number[]
  readonly markedAtMs: number
}

/** Of a bouncer that nothing is known of: it may hold anything that was ever told. */
export const NOTHING_ARRIVED: Arrival = { marks: [0], markedAtMs: 0 }

/** A bouncer that has just asked for everything asks for everything again unless it gets it. */
export function startedAt(position: number, nowMs: number): Arrival {
  return { marks: [position], markedAtMs: nowMs }
}

/**
 * What is sure to have arrived: what the oldest mark led to. Each answer since then told of it, all of those of at least two minutes
 * and three at least; answers that are known to be lost do not count.
 */
export function arrivedPosition({ marks }: Arrival): number {
  return marks[0] ?? 0
}

/** Takes note of an answer that went out as a whole, whether it arrived or not. */
export function answeredAt(arrival: Arrival, position: number, nowMs: number): Arrival {
  const sinceMs = nowMs - arrival.markedAtMs
  // a clock that was set back must not keep marks for ever
  if (sinceMs >= 0 && sinceMs < MARK_EVERY_MS) return arrival
  return { marks: [...arrival.marks, position].slice(-MARKS), markedAtMs: nowMs }
}
