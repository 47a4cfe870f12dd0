import { type AgentTarget, runOnce } from '../agent/index.ts'
import { ApiClient, serviceUrlOf } from '../client/index.ts'
import { TEST_PATH } from '../contract/terms/index.ts'
import { createLogger, HoneyjamError, systemClock } from '../runtime/index.ts'
import { loadAgentSetup, logWarnings, ownAuthorities, stateDirectory } from './agent-setup.ts'
import { findTarget } from './agent-target.ts'
import type { Context } from './context.ts'
import { EXIT_CODES } from './exit-codes.ts'
import { expandOnceFiles } from './once-files.ts'
import { createProgressDisplay } from './once-progress.ts'
import { renderSummary, summaryToJson } from './once-summary.ts'
import type { ReportOptions } from './report-options.ts'
import { listenForStop } from './stop-request.ts'

/** Reads whole files, reports what they hold and prints a summary. */
export async function reportOnce(
  options: ReportOptions & { readonly once: readonly string[] },
  context: Context,
): Promise<void> {
  const { output, version } = context
  const files = expandOnceFiles(options.once)
  const data = options.data ?? context.defaultDataDirectory
  const setup = loadAgentSetup(options, context)
  const target = findTarget(setup, { ...options, data }, context)
  const userAgent = `honeyjam/${version}`
  const authorities = ownAuthorities(setup)
  await checkTarget(target, { userAgent, ...authorities })

  // the progress and the summary say what the log would, so only what goes wrong is printed
  const level = options.logLevel === 'info' ? 'warn' : options.logLevel
  const logger = createLogger({ format: options.logFormat, level })
  logWarnings(setup, logger)
  const stop = listenForStop()
  const display = createProgressDisplay({ stream: process.stderr, isTerminal: output.isErrorTerminal })
  try {
    const summary = await runOnce({
      ...target,
      ...authorities,
      config: setup.config,
      ttlFrom: options.ttlFrom,
      stateDirectory: stateDirectory(options.state, setup.config.statePath, data),
      files,
      clock: systemClock,
      logger,
      signal: stop.signal,
      userAgent,
      onProgress: (progress) => display.show(progress),
    })
    display.close()
    if (!summary.isFinished) process.exitCode = exitCodeWhenCut(stop.receivedSignal())
    if (output.json) output.printJson(summaryToJson(summary))
    else output.print(renderSummary(summary))
  } finally {
    display.close()
    stop.close()
  }
}

/**
 * Asks the service whether it knows the key, before a large file is read for nothing. A service without this question is
 * fine.
 * @throws HoneyjamError API_UNREACHABLE, API_REFUSED
 */
async function checkTarget(
  { apiUrl, bearerToken }: AgentTarget,
  client: { readonly userAgent: string; readonly ca?: string },
): Promise<void> {
  const api = new ApiClient({ baseUrl: serviceUrlOf(apiUrl), bearerToken, ...client })
  try {
    await api.request({ method: 'POST', path: TEST_PATH })
  } catch (error) {
    if (!(error instanceof HoneyjamError && error.code === 'API_REFUSED')) throw error
    if (error.fields['status'] === 401) throw error
  } finally {
    await api.close()
  }
}

function exitCodeWhenCut(signal: string | undefined): number {
  return signal === 'SIGINT' ? EXIT_CODES.interrupted : EXIT_CODES.terminated
}
