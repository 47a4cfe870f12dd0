import { type AgentConfig, DEFAULT_API_URL } from '../agent/index.ts'
import { USER_PATHS } from '../contract/terms/index.ts'
import { createLogger, HoneyjamError, type Logger } from '../runtime/index.ts'
import {
  type AgentSetup,
  disabledMessage,
  loadAgentSetup,
  logWarnings,
  originOf,
  stateDirectory,
} from './agent-setup.ts'
import { announceService } from './announce.ts'
import type { Context } from './context.ts'
import { type ChosenLogs, chooseLogs, describeLogs, describeUnseen } from './find-logs.ts'
import { formatSpan } from './format-time.ts'
import { runLocalAgent } from './local-agent.ts'
import { findStoreUrl } from './open-store.ts'
import { type RunningService, startService } from './start-service.ts'
import { aborted, listenForStop } from './stop-request.ts'
import { tlsFilesOf } from './tls-options.ts'
import type { UpOptions } from './up-options.ts'

/** What is to be watched, or why nothing is. */
type Watch =
  | { readonly kind: 'logs'; readonly logs: ChosenLogs }
  | { readonly kind: 'nothing'; readonly reason: string }

/** Reports a key may send in 60 s: what the service grants, and so what its own agent keeps to. */
export const LOCAL_REQUESTS_PER_MINUTE = 6

/**
 * Runs service and agent in one process until a signal comes.
 * @throws HoneyjamError STORE_UNAVAILABLE nothing can be stored until the process is started anew
 */
export async function runUp(options: UpOptions & { readonly data: string }, context: Context): Promise<void> {
  context.output.outlivesReader = true
  const stop = listenForStop()
  const logger = createLogger({ format: options.logFormat, level: options.logLevel })
  const setup = loadAgentSetup({ ...options, requestsPerMinute: LOCAL_REQUESTS_PER_MINUTE }, context)
  const watch = chooseWatch(setup, options, context)
  const service = await startService({
    ...options,
    directory: options.data,
    tlsFiles: tlsFilesOf(options),
    storeUrl: await findStoreUrl(options, context),
    reportsPerMinute: LOCAL_REQUESTS_PER_MINUTE,
    privateAddresses: setup.config.privateAddresses,
    version: context.version,
    logger,
  })
  try {
    announceService(
      service,
      context,
      describeWatch(watch, setup.config, readLines(service, options.data, context)),
    )
    logSetup(setup, logger)
    const signal = AbortSignal.any([stop.signal, service.failed])
    if (watch.kind === 'nothing') await aborted(signal)
    else {
      await runLocalAgent({
        service,
        config: setup.config,
        logPaths: watch.logs.paths,
        logPatterns: watch.logs.patterns,
        stateDirectory: stateDirectory(undefined, setup.config.statePath, options.data),
        version: context.version,
        logger,
        signal,
      })
    }
    service.failed.throwIfAborted()
  } finally {
    await service.close()
    stop.close()
  }
}

function chooseWatch(setup: AgentSetup, { log }: UpOptions, { commandName }: Context): Watch {
  if (setup.config.enabled === false) return { kind: 'nothing', reason: disabledMessage(setup) }
  try {
    const logs = chooseLogs(setup, log)
    if (logs !== undefined) return { kind: 'logs', logs }
  } catch (error) {
    if (!(error instanceof HoneyjamError && error.code === 'LOG_UNREADABLE')) throw error
    return { kind: 'nothing', reason: error.message }
  }
  const unseen = describeUnseen(setup.cowrie.blockedPaths)
  return {
    kind: 'nothing',
    reason:
      'no Cowrie was found on this machine.\n' +
      (unseen === undefined ? '' : `${unseen}\n`) +
      `Point it at one: ${commandName} up --log /path/to/cowrie.json\n` +
      `             or: ${commandName} up --cowrie-config /path/to/cowrie.cfg\n` +
      `Or see it work without: ${commandName} up --demo`,
  }
}

function describeWatch(watch: Watch, config: AgentConfig, read: string): [string, string][] {
  if (watch.kind === 'nothing')
    return [
      ['watching', `nothing: ${watch.reason}`],
      ['read it', read],
    ]
  const what = config.trackSession ? 'that connects' : 'that tries to log in'
  const next = `each address ${what} is reported within ${config.flushSeconds} s and stays listed for ${formatSpan(config.ttlSeconds * 1000)}`
  return [
    ['watching', describeLogs(watch.logs)],
    ['next', next],
    ['read it', read],
  ]
}

/** How a person and a program read the list. */
function readLines({ localUrl, administrator }: RunningService, data: string, context: Context): string {
  const { commandName, defaultDataDirectory } = context
  const where = data === defaultDataDirectory ? '' : ` --data ${data}`
  return `${commandName} denylist${where}\ncurl -H "Authorization: Bearer $(cat '${administrator.keyFile}')" ${localUrl}${USER_PATHS.reported}`
}

function logSetup(setup: AgentSetup, logger: Logger): void {
  logWarnings(setup, logger)
  const { targets, apiUrlRetired } = setup.config
  const origin = originOf(setup, 'api_url')
  if (origin === undefined || (targets[0].apiUrl === DEFAULT_API_URL && !apiUrlRetired)) return
  const another = apiUrlRetired ? 'the service it names is gone' : '`honeyjam report` reports there'
  logger.warn({ origin }, `api_url is not used: up reports to its own service (${another})`)
}
