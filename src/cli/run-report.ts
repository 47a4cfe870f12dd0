import { AgentStatusBoard, runWatchedAgent, type WatchedAgentOptions } from '../agent/index.ts'
import { STANDARD_INPUT } from '../cowrie/index.ts'
import { createLogger, HoneyjamError, type Logger, systemClock } from '../runtime/index.ts'
import {
  type AgentSetup,
  loadAgentSetup,
  logWarnings,
  ownAuthorities,
  refuseWhenDisabled,
  stateDirectory,
} from './agent-setup.ts'
import { findTargets } from './agent-target.ts'
import type { Context } from './context.ts'
import { type ChosenLogs, chooseLogs, currentLogs, describeLogs, describeUnseen } from './find-logs.ts'
import { hasIntakes, type ReportIntakes, startIntakes } from './report-intakes.ts'
import type { ReportOptions } from './report-options.ts'
import { listenForStop } from './stop-request.ts'
import { indent, renderPairs } from './table.ts'

/** Follows Cowrie's log and reports until a signal comes; SIGHUP lets it go on with the configuration as it is then. */
export async function followAndReport(options: ReportOptions, context: Context): Promise<void> {
  context.output.outlivesReader = true
  const logger = createLogger({ format: options.logFormat, level: options.logLevel })
  let next: Preparation | undefined
  let round = new AbortController()
  const stop = listenForStop(
    isTerminal()
      ? undefined
      : () => {
          next = prepareAgain(options, context, logger)
          if (next !== undefined) round.abort()
        },
  )
  try {
    next = prepare(options, context, logger)
    const intakes = await startIntakes(options, { ...next.agent, signal: stop.signal }, process.stdin)
    const end = AbortSignal.any([stop.signal, intakes.ended])
    const board = new AgentStatusBoard({ clock: systemClock })
    try {
      while (next !== undefined) {
        const { agent, logs } = next
        next = undefined
        round = new AbortController()
        announceAgent(agent, logs, intakes, context)
        await runWatchedAgent({
          ...agent,
          board,
          logPaths: [...logs.paths, ...intakes.logPaths],
          follow: intakes.follow,
          signal: AbortSignal.any([end, round.signal]),
        })
        if (end.aborted) return
      }
    } finally {
      await intakes.close()
    }
  } finally {
    stop.close()
  }
}

/** All that an agent needs to begin. */
interface Preparation {
  readonly agent: Omit<WatchedAgentOptions, 'signal'>
  readonly logs: ChosenLogs
}

/** @throws HoneyjamError when the configuration or the options cannot be used */
function prepare(options: ReportOptions, context: Context, logger: Logger): Preparation {
  const data = options.data ?? context.defaultDataDirectory
  const setup = loadAgentSetup(options, context)
  refuseWhenDisabled(setup)
  const logs = chooseReportLogs(setup, options)
  if (logs === undefined) throw noCowrie(setup)
  const targets = findTargets(setup, { ...options, data }, context)
  logWarnings(setup, logger)
  return {
    logs,
    agent: {
      targets,
      ...ownAuthorities(setup),
      config: setup.config,
      ttlFrom: options.ttlFrom,
      stateDirectory: stateDirectory(options.state, setup.config.statePath, data),
      logPaths: logs.paths,
      logPatterns: logs.patterns,
      clock: systemClock,
      logger,
      version: context.version,
    },
  }
}

const NO_LOGS: ChosenLogs = { paths: [], patterns: [], reason: 'no log' }

/** Where lines come from elsewhere, the only logs are those that were named as well: none is reported twice. */
function chooseReportLogs(setup: AgentSetup, options: ReportOptions): ChosenLogs | undefined {
  if (!hasIntakes(options)) return chooseLogs(setup, options.log)
  const named = options.log?.filter((path) => path !== STANDARD_INPUT) ?? []
  return named.length === 0 ? NO_LOGS : chooseLogs(setup, named)
}

/** A configuration with a fault must not stop an agent that works. */
function prepareAgain(options: ReportOptions, context: Context, logger: Logger): Preparation | undefined {
  try {
    const prepared = prepare(options, context, logger)
    logger.info('the configuration is read again')
    return prepared
  } catch (error) {
    logger.error({ err: error }, 'the configuration cannot be used: the agent goes on with what it had')
    return undefined
  }
}

/** Where a person sits at a terminal, its end is the agent's end too. */
function isTerminal(): boolean {
  return process.stdin.isTTY
}

function announceAgent(
  { targets, stateDirectory: state }: Preparation['agent'],
  logs: ChosenLogs,
  { logPaths, listensOn }: ReportIntakes,
  { output, version }: Context,
): void {
  const [first, ...further] = targets.map(({ apiUrl }) => apiUrl)
  if (output.json) {
    output.printJson({
      report_url: first,
      further_report_urls: further,
      logs: [...currentLogs(logs), ...logPaths],
      listens_on: listensOn,
      state,
      pid: process.pid,
    })
    return
  }
  output.print(`honeyjam ${version} reports to ${output.style('bold', first!)}`)
  const watching = logs === NO_LOGS ? logPaths.join('\n') : describeLogs(logs)
  output.print(
    indent(
      renderPairs([
        ...further.map((url) => ['and to', url] as const),
        ...listensOn.map((place) => ['listening', `${place} (socketlog)`] as const),
        ['watching', watching],
        ['state', state],
        ['stop', 'Ctrl-C'],
      ]),
    ),
  )
}

function noCowrie({ cowrie }: AgentSetup): HoneyjamError {
  const unseen = describeUnseen(cowrie.blockedPaths)
  return new HoneyjamError(
    'USAGE',
    `no Cowrie was found on this machine: name its log with --log or its configuration with --cowrie-config${unseen === undefined ? '' : `. ${unseen}`}`,
  )
}
