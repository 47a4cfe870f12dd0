import { probeService, type ServiceAnswer, serviceUrlOf } from '../../client/index.ts'
import { type AgentSetup, loadAgentSetup, ownAuthorities, stateDirectory } from '../agent-setup.ts'
import type { Context } from '../context.ts'
import { chooseLogs, currentLogs, namedLogs } from '../find-logs.ts'
import { type AskService, checkClock, checkKey } from './check-answer.ts'
import { checkCanary } from './check-canary.ts'
import { checkConfiguration } from './check-configuration.ts'
import { checkConnection } from './check-connection.ts'
import { checkLog } from './check-log.ts'
import { checkName } from './check-name.ts'
import { checkState } from './check-state.ts'
import type { DoctorOptions } from './doctor-options.ts'
import { type DoctorTarget, doctorTargets } from './doctor-target.ts'
import { type Check, failed, skipped } from './finding.ts'
import { findingOfError } from './run-checks.ts'

export type DoctorRequest = DoctorOptions & { readonly data: string }

const UNREAD = 'the configuration was not read'
const ANSWER_MS = 10_000
const TIMEOUTS = { connectMs: ANSWER_MS, headersMs: ANSWER_MS, bodyMs: ANSWER_MS }
const NO_MATCH =
  'The agent takes up what matches when it appears. See that Cowrie runs and has [output_jsonlog] enabled, or mend log_path.'
/** A log cannot be chosen, so there is nothing to say which one. */
const NO_COWRIE = "Name the log with --log, or Cowrie's configuration with --cowrie-config."

/** Everything there is to look at, in the order of the way from the configuration to the receipt. */
export function* listChecks(request: DoctorRequest, context: Context): Generator<Check> {
  const { environment } = context
  let setup: AgentSetup | undefined
  let authorities: Authorities = {}
  yield {
    name: 'configuration',
    run: () => {
      setup = loadAgentSetup(request, context)
      authorities = ownAuthorities(setup)
      return checkConfiguration(setup, request, environment)
    },
  }
  yield* logChecks(setup, request)
  yield {
    name: 'state',
    run: () =>
      setup === undefined && request.state === undefined
        ? skipped(UNREAD)
        : checkState(stateDirectory(request.state, setup?.config.statePath, request.data)),
  }
  if (setup === undefined) {
    for (const name of ['name', 'connection', 'clock', 'key', 'canary'])
      yield { name, run: () => skipped(UNREAD) }
    return
  }
  const { category } = setup.config
  for (const target of doctorTargets(setup, request, context)) {
    yield* targetChecks(target, { request, context, category, authorities })
  }
}

function logChecks(setup: AgentSetup | undefined, { log, watchSeconds }: DoctorRequest): Check[] {
  const name = 'log'
  const lone = (run: Check['run']): Check[] => [{ name, run }]
  if (setup === undefined && log === undefined) return lone(() => skipped(UNREAD))
  try {
    const chosen = setup === undefined ? namedLogs(log ?? []) : chooseLogs(setup, log)
    if (chosen === undefined) return lone(() => failed('no sign of a Cowrie on this machine', NO_COWRIE))
    const { reason } = chosen
    const watchMs = watchSeconds * 1000
    const paths = currentLogs(chosen)
    if (paths.length === 0)
      return lone(() => failed(`no log matches ${chosen.patterns.join(', ')}`, NO_MATCH))
    return paths.map((path) => ({ name, run: (signal) => checkLog({ path, reason, watchMs, signal }) }))
  } catch (error) {
    return lone(() => findingOfError(error))
  }
}

interface Authorities {
  readonly ca?: string
}

interface TargetContext {
  readonly request: DoctorRequest
  readonly context: Context
  readonly category: string
  readonly authorities: Authorities
}

function* targetChecks(
  target: DoctorTarget,
  { request, context, category, authorities }: TargetContext,
): Generator<Check> {
  const { apiUrl, bearerToken } = target
  const { environment } = context
  const url = new URL(apiUrl)
  const userAgent = `honeyjam/${context.version}`
  const shown = { target: apiUrl }
  yield { ...shown, name: 'name', run: () => checkName(url, environment) }
  yield {
    ...shown,
    name: 'connection',
    run: (signal) => checkConnection({ url, environment, ...authorities, signal }),
  }
  // without a key the clock can be asked for all the same: any answer has a date
  const ask = askOnce(target, { userAgent, ...authorities })
  yield { ...shown, name: 'clock', run: (signal) => checkClock(ask, signal) }
  let isKnown = bearerToken !== undefined
  yield {
    ...shown,
    name: 'key',
    run: async (signal) => {
      if (bearerToken === undefined) {
        return failed(
          target.keyProblem ?? 'no key',
          'Make one with `honeyjam key create` where the service runs.',
        )
      }
      const finding = await checkKey(ask, signal)
      isKnown = finding.status !== 'failed'
      return finding
    },
  }
  yield {
    ...shown,
    name: 'canary',
    run: async (signal) => {
      if (!request.canary) return skipped('not sent, as --no-canary says')
      if (bearerToken === undefined || !isKnown) return skipped('not sent: the service did not take the key')
      return await checkCanary({ apiUrl, bearerToken, category, userAgent, ...authorities, signal })
    },
  }
}

function askOnce(
  { apiUrl, bearerToken = 'none' }: DoctorTarget,
  client: { readonly userAgent: string } & Authorities,
): AskService {
  let asked: Promise<ServiceAnswer> | undefined
  return async (signal) => {
    asked ??= probeService({
      baseUrl: serviceUrlOf(apiUrl),
      bearerToken,
      ...client,
      timeouts: TIMEOUTS,
      signal,
    })
    return await asked
  }
}
