import type { Heartbeat, HeartbeatOutcome } from '../client/index.ts'
import type { Clock, Logger } from '../runtime/index.ts'

export interface RunHeartbeatOptions {
  /** Never rejects. */
  readonly send: (heartbeat: Heartbeat, signal: AbortSignal) => Promise<HeartbeatOutcome>
  /** What to say now; what it throws counts as a heartbeat that failed. */
  readonly content: () => Heartbeat
  /** From the end of one to the next, give or take a tenth; default 60,000. */
  readonly intervalMs?: number
  readonly clock: Clock
  readonly logger: Logger
  readonly signal: AbortSignal
  /** 0 (included) to 1 (excluded); default `Math.random`. */
  readonly random?: () => number
}

const DEFAULT_INTERVAL_MS = 60_000
/** How long a server is left alone that knows no heartbeats; also the longest that a server may ask for. */
const LONGEST_PAUSE_MS = 3_600_000
/** So that agents that start together do not stay together. */
const JITTER = 0.1

/**
 * Says at once and in every interval that the agent is alive, until `signal` is aborted. Whatever comes of it disturbs
 * nothing else: it is logged once until a heartbeat is taken again.
 */
export async function runHeartbeat(options: RunHeartbeatOptions): Promise<void> {
  const { intervalMs = DEFAULT_INTERVAL_MS, clock, logger, signal, random = Math.random } = options
  let isTold = false
  while (!signal.aborted) {
    const outcome = await sendOne(options)
    if (signal.aborted) return
    if (outcome.kind !== 'taken' && !isTold) tell(logger, outcome)
    isTold = outcome.kind !== 'taken'
    const jitter = 1 + JITTER * (2 * random() - 1)
    await clock.sleep(pauseAfter(outcome, intervalMs * jitter), signal)
  }
}

async function sendOne({ send, content, signal }: RunHeartbeatOptions): Promise<HeartbeatOutcome> {
  let heartbeat: Heartbeat
  try {
    heartbeat = content()
  } catch (error) {
    return { kind: 'failed', reason: String(error), retryAfterMs: undefined }
  }
  return await send(heartbeat, signal)
}

function pauseAfter(outcome: HeartbeatOutcome, intervalMs: number): number {
  if (outcome.kind === 'unknown') return LONGEST_PAUSE_MS
  if (outcome.kind === 'taken') return intervalMs
  return Math.min(LONGEST_PAUSE_MS, Math.max(intervalMs, outcome.retryAfterMs ?? 0))
}

function tell(logger: Logger, outcome: Exclude<HeartbeatOutcome, { kind: 'taken' }>): void {
  if (outcome.kind === 'unknown') logger.debug('the server knows no heartbeats: it is asked again in an hour')
  else
    logger.info({ reason: outcome.reason }, 'the service does not hear that the agent is alive, will retry')
}
