import type { Clock, Logger } from '../runtime/index.ts'
import { BanKeeper } from './ban-keeper.ts'
import type { DecisionSource } from './decisions/decision-source.ts'
import { type FollowState, followDecisions } from './follow-decisions.ts'
import type { Enforcer } from './ports.ts'
import type { ProtectedNetwork } from './protected/protected-set.ts'
import { rememberOperators } from './protected/remember-operators.ts'
import { enforcerReportOf } from './reports/enforcer-report.ts'
import { type RunReportsOptions, runReports } from './reports/run-reports.ts'

/** How often kernel and wish are compared. */
const AUDIT_EVERY_MS = 30_000
/** How soon what failed is tried again. */
const RETRY_AFTER_MS = 2_000

export interface EnforcerRun {
  readonly enforcer: Enforcer
  readonly source: DecisionSource
  /** What must never be dropped on this host; asked again and again. */
  readonly findProtected: () => Promise<readonly ProtectedNetwork[]>
  readonly clock: Clock
  readonly logger: Logger
  /** Told after each answer of the service and when it is lost. */
  readonly onState?: (state: FollowState) => void
  /** Tells the service what the firewall holds; without it nobody is told. */
  readonly sendReport?: RunReportsOptions['send']
  /** Of this program, for the reports. */
  readonly version: string
}

/**
 * Keeps a firewall at the decisions of the service until the signal is aborted. What the firewall holds stays when this ends, when
 * the process is killed, and while the service is away.
 * @throws HoneyjamError ENFORCER_UNSUPPORTED, FIREWALL_REFUSED at the start; nothing was changed
 */
export async function runEnforcer(run: EnforcerRun, signal: AbortSignal): Promise<void> {
  const { enforcer, source, clock, logger, onState, sendReport, version } = run
  const startedAtMs = clock.nowMs()
  await enforcer.prepare()
  const findProtected = rememberOperators(run.findProtected, clock)
  const keeper = new BanKeeper({ enforcer, findProtected, clock, logger })
  let followed: FollowState | undefined
  const noteState = (state: FollowState) => {
    followed = state
    onState?.(state)
  }
  const content = () => enforcerReportOf({ firewall: enforcer.name, version, startedAtMs, keeper, followed })
  await Promise.all([
    followDecisions({ source, keeper, clock, logger, onState: noteState }, signal),
    auditAgainAndAgain(keeper, run, signal),
    sendReport === undefined
      ? undefined
      : runReports({ content, send: sendReport, clock, logger }, signal).catch((error: unknown) => {
          logger.error({ err: error }, 'the service is no longer told what is enforced')
        }),
  ])
}

async function auditAgainAndAgain(
  keeper: BanKeeper,
  { clock, logger }: EnforcerRun,
  signal: AbortSignal,
): Promise<void> {
  let lastAuditMs = clock.nowMs()
  for (;;) {
    await clock.sleep(RETRY_AFTER_MS, signal)
    if (signal.aborted) return
    if (!keeper.wantsAudit && clock.nowMs() < lastAuditMs + AUDIT_EVERY_MS) continue
    lastAuditMs = clock.nowMs()
    try {
      await keeper.audit()
    } catch (error) {
      logger.error({ err: error }, 'the firewall could not be compared or repaired, it is tried again')
    }
  }
}
