import { join, resolve } from 'node:path'
import { AGENT_SECTION, type AgentConfig, type AgentOverrides, parseAgentConfig } from '../agent/index.ts'
import { type CowrieConfig, loadCowrieConfig, readCertificates } from '../config/index.ts'
import { HoneyjamError, type Logger } from '../runtime/index.ts'
import { reportUrlOf } from './connect.ts'
import type { Context } from './context.ts'

/** The options that win over Cowrie's configuration. */
export interface AgentSettingsOptions {
  readonly cowrieConfig?: readonly string[]
  readonly apiUrl?: string
  readonly keyFile?: string
  readonly caFile?: string
  readonly privateAddresses?: 'skip' | 'accept'
  readonly trackSession?: true
  readonly ttl?: number
  readonly requestsPerMinute?: number
  readonly metricsListen?: string
}

/** Cowrie's configuration, and what the agent makes of it. */
export interface AgentSetup {
  readonly cowrie: CowrieConfig
  readonly config: AgentConfig
}

/** Reads Cowrie's configuration; options win. @throws HoneyjamError CONFIG_UNREADABLE, CONFIG_INVALID */
export function loadAgentSetup(options: AgentSettingsOptions, { environment }: Context): AgentSetup {
  const cowrie = loadCowrieConfig({
    files: options.cowrieConfig,
    workingDirectory: process.cwd(),
    environment,
  })
  return { cowrie, config: parseAgentConfig(cowrie, environment, overridesOf(options)) }
}

/** `FILE:LINE` of an option of the agent's section; `undefined` when nothing sets it. */
export function originOf({ cowrie }: AgentSetup, option: string): string | undefined {
  return cowrie.inspect(AGENT_SECTION, option)?.origin
}

/** What a person is told when the configuration switches the agent off. */
export function disabledMessage(setup: AgentSetup): string {
  const origin = originOf(setup, 'enabled') ?? 'the configuration'
  return `enabled in [${AGENT_SECTION}] is false at ${origin}: set it to true there, or run with COWRIE_OUTPUT_THREATJAMMER_ENABLED=true`
}

/** @throws HoneyjamError CONFIG_INVALID when the configuration says that nothing is to be reported */
export function refuseWhenDisabled(setup: AgentSetup): void {
  if (setup.config.enabled === false) throw new HoneyjamError('CONFIG_INVALID', disabledMessage(setup))
}

/** Logs what the operator should know although it stops nothing; of a retired `api_url` the target tells more. */
export function logWarnings({ config }: AgentSetup, logger: Logger): void {
  const { warnings, retiredUrlWarning } = config
  for (const warning of warnings) if (warning !== retiredUrlWarning) logger.warn(warning)
}

/**
 * The authorities of the agent's own, for the options of a client.
 * @throws HoneyjamError CONFIG_UNREADABLE, CONFIG_INVALID
 */
export function ownAuthorities({ config }: AgentSetup): { readonly ca?: string } {
  return config.caFile === undefined ? {} : { ca: readCertificates(config.caFile) }
}

/** Where an agent remembers what it read and sent. */
export function stateDirectory(
  named: string | undefined,
  configured: string | undefined,
  data: string,
): string {
  return named === undefined ? (configured ?? join(data, 'agent')) : resolve(named)
}

function overridesOf(options: AgentSettingsOptions): AgentOverrides {
  const { apiUrl, keyFile, caFile, privateAddresses, trackSession, ttl } = options
  return {
    api_url: given('--api-url', apiUrl === undefined ? undefined : reportUrlOf(apiUrl)),
    bearer_token_file: given('--key-file', keyFile === undefined ? undefined : resolve(keyFile)),
    ca_file: given('--ca-file', caFile === undefined ? undefined : resolve(caFile)),
    private_addresses: given('--private-addresses', privateAddresses),
    track_session: given('--track-session', trackSession),
    ttl: given('--ttl', ttl),
    requests_per_minute: given('--requests-per-minute', options.requestsPerMinute),
    metrics_listen: given('--metrics-listen', options.metricsListen),
  }
}

function given(
  origin: string,
  value: string | number | boolean | undefined,
): { value: string; origin: string } | undefined {
  return value === undefined ? undefined : { value: String(value), origin }
}
