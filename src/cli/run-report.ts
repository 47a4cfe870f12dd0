import { type RunAgentOptions, runAgent } from '../agent/index.ts'
import { createLogger, HoneyjamError, systemClock } from '../runtime/index.ts'
import { loadAgentSetup, logWarnings, refuseWhenDisabled, stateDirectory } from './agent-setup.ts'
import { findTargets } from './agent-target.ts'
import type { Context } from './context.ts'
import { type ChosenLogs, chooseLogs } from './find-logs.ts'
import type { ReportOptions } from './report-options.ts'
import { listenForStop } from './stop-request.ts'
import { indent, renderPairs } from './table.ts'

/** Follows Cowrie's log and reports until a signal comes. */
export async function followAndReport(options: ReportOptions, context: Context): Promise<void> {
  context.output.outlivesReader = true
  const stop = listenForStop()
  const data = options.data ?? context.defaultDataDirectory
  const logger = createLogger({ format: options.logFormat, level: options.logLevel })
  const setup = loadAgentSetup(options, context)
  refuseWhenDisabled(setup)
  const logs = chooseLogs(setup, options.log)
  if (logs === undefined) throw noCowrie()
  const { first, further } = findTargets(setup, { ...options, data }, context)
  logWarnings(setup, logger)
  const agent: RunAgentOptions = {
    ...first,
    furtherTargets: further,
    config: setup.config,
    ttlFrom: options.ttlFrom,
    stateDirectory: stateDirectory(options.state, setup.config.statePath, data),
    logPaths: logs.paths,
    clock: systemClock,
    logger,
    signal: stop.signal,
    userAgent: `honeyjam/${context.version}`,
  }
  announceAgent(agent, logs, context)
  try {
    await runAgent(agent)
  } finally {
    stop.close()
  }
}

function announceAgent(
  { apiUrl, furtherTargets = [], stateDirectory: state }: RunAgentOptions,
  logs: ChosenLogs,
  { output, version }: Context,
): void {
  if (output.json) {
    const further = furtherTargets.map((target) => target.apiUrl)
    output.printJson({
      report_url: apiUrl,
      further_report_urls: further,
      logs: logs.paths,
      state,
      pid: process.pid,
    })
    return
  }
  output.print(`honeyjam ${version} reports to ${output.style('bold', apiUrl)}`)
  const watching = `${logs.paths.join('\n')}\n(${logs.reason})`
  output.print(
    indent(
      renderPairs([
        ...furtherTargets.map((target) => ['and to', target.apiUrl] as const),
        ['watching', watching],
        ['state', state],
        ['stop', 'Ctrl-C'],
      ]),
    ),
  )
}

function noCowrie(): HoneyjamError {
  return new HoneyjamError(
    'USAGE',
    'no Cowrie was found on this machine: name its log with --log or its configuration with --cowrie-config',
  )
}
