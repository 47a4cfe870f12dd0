import { type AgentConfig, renderMetricsAddress } from '../agent/index.ts'
import { type AgentSetup, loadAgentSetup, originOf } from './agent-setup.ts'
import type { Context } from './context.ts'
import { escapeText } from './escape-text.ts'
import { chooseLogs, currentLogs, describeLogs } from './find-logs.ts'
import { maskKey } from './mask-key.ts'
import { renderPairs, renderTable } from './table.ts'

/** One value of the agent, as `cowrie.cfg` names it. */
interface CheckedValue {
  readonly name: string
  readonly value: string
  /** `FILE:LINE`, an environment variable, or `default`. */
  readonly origin: string
}

/** Prints what the agent makes of Cowrie's configuration, and where each value comes from. */
export async function checkConfig(
  options: { readonly cowrieConfig?: readonly string[] },
  context: Context,
): Promise<void> {
  const { output } = context
  const setup = loadAgentSetup(options, context)
  const values = describeValues(setup, context)
  const { warnings } = setup.config
  const { files } = setup.cowrie
  const logs = chooseLogs(setup)
  if (output.json) {
    output.printJson({ files, values, logs: logs === undefined ? [] : currentLogs(logs), warnings })
    return
  }
  output.print(
    renderPairs([
      ['files', files.length === 0 ? 'none found' : files.join('\n')],
      ['log', logs === undefined ? 'none found' : describeLogs(logs)],
    ]),
  )
  const rows = values.map(({ name, value, origin }) => [name, escapeText(value), escapeText(origin)])
  output.print(`\n${renderTable([{ heading: 'OPTION' }, { heading: 'VALUE' }, { heading: 'FROM' }], rows)}`)
  for (const warning of warnings) output.note(`Warning: ${escapeText(warning)}`)
}

function describeValues(setup: AgentSetup, context: Context): CheckedValue[] {
  return Object.entries(textByOption(setup.config)).map(([name, value]) => {
    const origin = name === 'bearer_token' ? tokenOrigin(setup, context) : originOf(setup, name)
    return { name, value, origin: origin ?? 'default' }
  })
}

/** The order in which the agent looks for its token. */
function tokenOrigin(setup: AgentSetup, { environment }: Context): string | undefined {
  if ((environment['HONEYJAM_BEARER_TOKEN'] ?? '') !== '') return 'environment variable HONEYJAM_BEARER_TOKEN'
  const token = originOf(setup, 'bearer_token')
  if (token?.startsWith('environment')) return token
  return originOf(setup, 'bearer_token_file') ?? token
}

function textByOption(config: AgentConfig): Record<string, string> {
  return {
    enabled: config.enabled === undefined ? 'not set' : String(config.enabled),
    bearer_token: config.targets
      .map(({ bearerToken }) => (bearerToken === undefined ? 'not set' : maskKey(bearerToken)))
      .join(', '),
    api_url: config.targets.map(({ apiUrl }) => apiUrl).join(', '),
    track_login: String(config.trackLogin),
    track_session: String(config.trackSession),
    ttl: String(config.ttlSeconds),
    category: config.category,
    tags: config.tags.join(','),
    flush_seconds: String(config.flushSeconds),
    flush_addresses: String(config.flushAddresses),
    requests_per_minute: String(config.requestsPerMinute),
    spool_megabytes: `enough for ${config.spool.maxAddresses} addresses`,
    spool_full: config.spool.whenFull,
    ca_file: config.caFile ?? 'not set',
    log_path: config.logPaths.join(', ') || 'not set',
    state_path: config.statePath ?? 'not set',
    exclude: config.exclude.join(', ') || 'nothing',
    private_addresses: config.privateAddresses,
    metrics_listen:
      config.metricsListen === undefined ? 'not set' : renderMetricsAddress(config.metricsListen),
    heartbeat: config.heartbeat,
  }
}
