import { AGENT_SECTION, type AgentConfig, type AgentTarget, type ConfiguredTarget } from '../agent/index.ts'
import { HoneyjamError } from '../runtime/index.ts'
import { adminKeyFile } from './administrator-key-file.ts'
import { type AgentSettingsOptions, type AgentSetup, originOf } from './agent-setup.ts'
import { isLoopbackUrl, localServiceUrl, reportUrlOf } from './connect.ts'
import type { Context } from './context.ts'
import { escapeText } from './escape-text.ts'
import { readSecretIfPresent } from './secret-file.ts'

/**
 * All targets: the first as {@link findTarget} finds it, and those that follow it in `api_url` unless an option names another.
 * @throws HoneyjamError USAGE a target has no key
 */
export function findTargets(
  setup: AgentSetup,
  options: TargetOptions,
  context: Context,
): readonly AgentTarget[] {
  const [, ...others] = setup.config.targets
  return [findTarget(setup, options, context), ...others.map((target) => withKey(target))]
}

function withKey({ apiUrl, bearerToken }: ConfiguredTarget): AgentTarget {
  if (bearerToken !== undefined) return { apiUrl, bearerToken }
  throw new HoneyjamError(
    'USAGE',
    `no key for ${apiUrl}: set bearer_token_file in [output_threatjammer] to one file for each URL of api_url`,
  )
}

type TargetOptions = Pick<AgentSettingsOptions, 'apiUrl' | 'keyFile'> & { readonly data: string }

/**
 * Finds the service and the key. The local service of the data directory stands in when none is configured, or when the
 * configured one is gone; then its own key comes before one that was made for another service.
 * @throws HoneyjamError USAGE no key was found
 */
export function findTarget(setup: AgentSetup, options: TargetOptions, context: Context): AgentTarget {
  const { config } = setup
  const apiUrl = reportUrl(setup, options)
  if (config.apiUrlRetired) warnAboutRetired(setup, apiUrl, context)
  const bearerToken = findToken(config, apiUrl, options, context)
  if (bearerToken !== undefined) return { apiUrl, bearerToken }
  const places = isLoopbackUrl(apiUrl) ? ` (${adminKeyFile(options.data)} does not exist)` : ''
  throw new HoneyjamError(
    'USAGE',
    `no key for ${apiUrl}${places}: name its file with --key-file or with bearer_token_file in [output_threatjammer]`,
  )
}

/** The URL of the first target, whether or not it has a key. */
export function reportUrl(setup: AgentSetup, { apiUrl, data }: TargetOptions): string {
  const isConfigured = apiUrl !== undefined || originOf(setup, 'api_url') !== undefined
  if (isConfigured && !setup.config.apiUrlRetired) return setup.config.targets[0].apiUrl
  return reportUrlOf(localServiceUrl(data))
}

function findToken(
  config: AgentConfig,
  apiUrl: string,
  { keyFile, data }: TargetOptions,
  { environment }: Context,
): string | undefined {
  const adminKey = () => (isLoopbackUrl(apiUrl) ? readSecretIfPresent(adminKeyFile(data)) : undefined)
  const [{ bearerToken }] = config.targets
  const isChosen = keyFile !== undefined || (environment['HONEYJAM_BEARER_TOKEN'] ?? '') !== ''
  if (config.apiUrlRetired && !isChosen) return adminKey() ?? bearerToken
  return bearerToken ?? adminKey()
}

function warnAboutRetired({ cowrie }: AgentSetup, apiUrl: string, { output }: Context): void {
  const configured = cowrie.inspect(AGENT_SECTION, 'api_url')
  output.note(
    `Warning: the service at ${escapeText(configured?.text ?? '')} (${configured?.origin}) is gone: nothing is sent there.\n` +
      `Reports go to ${apiUrl} instead. To say where yours is: --api-url, or api_url in that file.`,
  )
}
