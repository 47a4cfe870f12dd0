import type { ApiClient } from '../../client/index.ts'
import type { EnforcerReport } from '../../contract/index.ts'
import { MANAGEMENT_PATHS } from '../../contract/terms/index.ts'
import { type Clock, HoneyjamError, type Logger } from '../../runtime/index.ts'
import { newsOf } from './enforcer-report.ts'

/** So that what changes within a second goes out together. */
const LOOK_EVERY_MS = 1_000
const REPORT_EVERY_MS = 30_000
const RETRY_AFTER_MS = 5_000
/** How long a service is left alone that takes no reports. */
const UNKNOWN_PAUSE_MS = 3_600_000
const LONGEST_SEND_MS = 10_000
const NO_SUCH_OPERATION = new Set([404, 405, 501])

export interface RunReportsOptions {
  /** What is true now. */
  readonly content: () => EnforcerReport
  readonly send: (report: EnforcerReport, signal: AbortSignal) => Promise<void>
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Tells the service what the firewall holds, at once, a second after changes and every 30 s, until the signal is aborted. Whatever
 * comes of it disturbs nothing else: it is logged once until a report is taken again.
 */
export async function runReports(options: RunReportsOptions, signal: AbortSignal): Promise<void> {
  const { content, clock, logger } = options
  let toldNews = ''
  let dueAtMs = clock.nowMs()
  let isWaiting = false
  let isFailing = false
  while (!signal.aborted) {
    const report = content()
    const hasNews = !isWaiting && newsOf(report) !== toldNews
    if (hasNews || clock.nowMs() >= dueAtMs) {
      const failure = await attempt(options, report, signal)
      if (signal.aborted) return
      if (failure === undefined) toldNews = newsOf(report)
      else if (!isFailing)
        logger.info({ reason: failure.reason }, 'the service does not hear what is enforced, will retry')
      isFailing = failure !== undefined
      isWaiting = isFailing
      dueAtMs = clock.nowMs() + (failure?.pauseMs ?? REPORT_EVERY_MS)
    }
    await clock.sleep(LOOK_EVERY_MS, signal)
  }
}

/** Sends reports with the key of the enforcer. */
export function reportSender(api: ApiClient): RunReportsOptions['send'] {
  return async (body, signal) => {
    await api.request({
      method: 'POST',
      path: MANAGEMENT_PATHS.enforcers,
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(LONGEST_SEND_MS)]),
    })
  }
}

async function attempt(
  { send }: RunReportsOptions,
  report: EnforcerReport,
  signal: AbortSignal,
): Promise<{ readonly reason: string; readonly pauseMs: number } | undefined> {
  try {
    await send(report, signal)
    return undefined
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { reason, pauseMs: pauseAfter(error) }
  }
}

function pauseAfter(error: unknown): number {
  if (!(error instanceof HoneyjamError)) return RETRY_AFTER_MS
  const { status, retryAfterSeconds } = error.fields as { status?: unknown; retryAfterSeconds?: unknown }
  if (NO_SUCH_OPERATION.has(Number(status))) return UNKNOWN_PAUSE_MS
  const askedMs = typeof retryAfterSeconds === 'number' ? retryAfterSeconds * 1000 : 0
  return Math.max(RETRY_AFTER_MS, Math.min(UNKNOWN_PAUSE_MS, askedMs))
}
