import {
  type ConfigFault,
  type ConfigValue,
  type CowrieConfig,
  configInvalid,
  type Environment,
  renderPythonBoolean,
} from '../config/index.ts'
import {
  DATASET_PATTERN,
  DEFAULT_DATASET,
  DEFAULT_TTL_SECONDS,
  isTag,
  MAX_TAGS,
  MAX_TTL_SECONDS,
} from '../contract/terms/index.ts'
import { parseRange, type Range } from '../ip/index.ts'
import { type AgentOptionValue, type BearerTokens, readBearerTokens } from './bearer-token.ts'
import { type MetricsAddress, parseMetricsAddress } from './metrics-address.ts'
import {
  boolean,
  integer,
  list,
  matching,
  type OptionFault,
  oneOf,
  parsed,
  quote,
  readOptions,
  text,
  type ValuesOf,
  withDefault,
} from './option-schema.ts'
import { addressesIn, type SpoolLimit } from './spool-limit.ts'

/** Where reports go when nothing else is set: a honeyjam service on this host. */
export const DEFAULT_API_URL = 'http://127.0.0.1:8088/v1/ip'

/** Each target has its own reading, spool and connection: more would make one agent a relay. */
const MAX_TARGETS = 8

/** The section of `cowrie.cfg` that is the agent's. */
export const SECTION = 'output_threatjammer'

/** The options of `[output_threatjammer]` in `cowrie.cfg`, each from its text to its value; the token is checked apart. */
export const AGENT_OPTIONS = {
  enabled: boolean(),
  bearer_token: text(),
  bearer_token_file: text(),
  api_url: withDefault(
    parsed(
      parseApiUrls,
      `a URL such as ${DEFAULT_API_URL}, without user name, or up to ${MAX_TARGETS} of them, each once`,
    ),
    [DEFAULT_API_URL],
  ),
  track_login: withDefault(boolean(), true),
  track_session: withDefault(boolean(), false),
  ttl: withDefault(integer({ from: 1, to: MAX_TTL_SECONDS }), DEFAULT_TTL_SECONDS),
  category: withDefault(
    parsed(matching(DATASET_PATTERN), 'capital letters, digits and underscores'),
    DEFAULT_DATASET,
  ),
  tags: withDefault(
    list({
      separator: /[,\n]/,
      parse: parseTag,
      expected: 'tags of capital letters, digits and single hyphens',
      max: { items: MAX_TAGS, called: 'tags' },
    }),
    ['COWRIE', 'LOGIN', 'SESSION'],
  ),
  flush_seconds: withDefault(integer({ from: 1, to: 86_400 }), 60),
  flush_addresses: withDefault(integer({ from: 1, to: 1000 }), 1000),
  requests_per_minute: withDefault(integer({ from: 1, to: 1_000_000 }), 6),
  spool_megabytes: withDefault(integer({ from: 1, to: 1_000_000 }), 256),
  spool_full: withDefault(oneOf('wait', 'drop_oldest'), 'wait'),
  ca_file: parsed(matching(/^[^\0]+$/), 'a path'),
  log_path: list({ separator: /[,\n]/, parse: matching(/^[^\0]+$/), expected: 'paths' }),
  state_path: parsed(matching(/^[^\0]+$/), 'a path'),
  exclude: list({
    separator: /[,\s]/,
    parse: parseRange,
    expected: 'addresses and ranges such as 192.0.2.7 or 2001:db8::/32',
  }),
  private_addresses: withDefault(oneOf('skip', 'accept'), 'skip'),
  metrics_listen: parsed(parseMetricsAddress, 'PORT, HOST:PORT or [IPV6]:PORT'),
  heartbeat: withDefault(oneOf('auto', 'on', 'off'), 'auto'),
}
type AgentSettings = ValuesOf<typeof AGENT_OPTIONS>

/** The name of an option of `[output_threatjammer]`. */
export type AgentOption = keyof AgentSettings

/** Values of the command line, by option; `origin` names theirs (`--ttl`). Paths must be absolute. */
export type AgentOverrides = { readonly [Option in AgentOption]?: ConfigValue | undefined }

/** How the agent works, checked and complete. */
export interface AgentConfig {
  /** As the section says; `undefined` when nothing but Cowrie's own `cowrie.cfg.dist` does. */
  readonly enabled: boolean | undefined
  /** What `api_url` names, at least one, in its order and never the retired service: everything is reported to each. */
  readonly targets: readonly [ConfiguredTarget, ...ConfiguredTarget[]]
  /**
   * Whether `api_url` names the retired service at threatjammer.com alone; {@link DEFAULT_API_URL} then stands in, with
   * the key that was meant for the retired one.
   */
  readonly apiUrlRetired: boolean
  readonly trackLogin: boolean
  readonly trackSession: boolean
  /** 1..315_360_000 */
  readonly ttlSeconds: number
  /** The dataset: `type` on the wire. */
  readonly category: string
  /** At most 32, each once. */
  readonly tags: readonly string[]
  /** 1..86_400, from the first pending address on. */
  readonly flushSeconds: number
  /** 1..1000, distinct ones. */
  readonly flushAddresses: number
  /** 1..1_000_000 in any 60 seconds. */
  readonly requestsPerMinute: number
  readonly spool: SpoolLimit
  /** Absolute; PEM certificates of authorities to trust besides the built-in ones. */
  readonly caFile: string | undefined
  /** Absolute, may hold globs; empty: look for Cowrie's log. */
  readonly logPaths: readonly string[]
  /** Absolute; `undefined`: the caller's default. */
  readonly statePath: string | undefined
  /** Never reported. */
  readonly exclude: readonly Range[]
  readonly privateAddresses: 'skip' | 'accept'
  /** `undefined`: no metrics are served. */
  readonly metricsListen: MetricsAddress | undefined
  /** Which servers are told that this host is alive: those that are honeyjam, all, none. */
  readonly heartbeat: 'auto' | 'on' | 'off'
  /** What the operator should know although it stops nothing; each with its place. */
  readonly warnings: readonly string[]
  /** The one of `warnings` that speaks of the retired service, for callers that say it in their own words. */
  readonly retiredUrlWarning?: string
}

/** A server to report to, as the configuration has it. */
export interface ConfiguredTarget {
  /** The whole URL of the report operation. */
  readonly apiUrl: string
  /** 1 to 4096 printable ASCII characters; `undefined` when none is set anywhere. */
  readonly bearerToken: string | undefined
}

/**
 * Reads the agent's section. What is set first wins: `overrides`, `COWRIE_OUTPUT_THREATJAMMER_<OPTION>`, the files,
 * the default; for the token see {@link readBearerTokens}.
 * @throws HoneyjamError CONFIG_INVALID with every fault at once; no message holds the token
 */
export function parseAgentConfig(
  config: CowrieConfig,
  environment: Environment,
  overrides: AgentOverrides = {},
): AgentConfig {
  const options = findOptions(config, overrides)
  const texts = Object.fromEntries([...options].map(([option, { text }]) => [option, text]))
  const reading = readOptions(AGENT_OPTIONS, texts)
  const settings = 'values' in reading ? reading.values : undefined
  const tokens = readBearerTokens({
    config,
    environment,
    token: options.get('bearer_token'),
    file: options.get('bearer_token_file'),
    isEnabled: settings?.enabled === true,
    targets: settings?.api_url.length ?? 1,
  })
  const wrong = 'faults' in reading ? reading.faults.map((fault) => faultOf(fault, options)) : []
  const faults = [...unreadable(options), ...wrong, ...tokens.faults]
  if (settings === undefined || faults.length > 0) throw configInvalid(faults)
  const warnings = [...unknownOptions(config), ...tokens.warnings]
  return toAgentConfig(settings, { config, tokens, warnings, options })
}

/** The line the removed module wrote to Cowrie's log once it was ready, word for word. */
export function startLine({ category, ttlSeconds, trackSession, trackLogin }: AgentConfig): string {
  const settings = `Category=${category}. TTL=${ttlSeconds}. Session Tracking=${renderPythonBoolean(trackSession)}`
  return `ThreatJammer.com output plugin successfully initialized. ${settings}. Login Tracking=${renderPythonBoolean(trackLogin)}`
}

type Options = ReadonlyMap<AgentOption, AgentOptionValue>

const OPTIONS = Object.keys(AGENT_OPTIONS) as AgentOption[]
const TOKEN_OPTIONS: readonly AgentOption[] = ['bearer_token', 'bearer_token_file']

function findOptions(config: CowrieConfig, overrides: AgentOverrides): Options {
  const options = new Map<AgentOption, AgentOptionValue>()
  for (const name of OPTIONS) {
    const override = overrides[name]
    const found = config.inspect(SECTION, name)
    if (override !== undefined) {
      const { value: text, origin } = override
      options.set(name, { text, origin, source: 'override' })
    } else if (found !== undefined) options.set(name, found)
  }
  return options
}

/** Faults of options whose references lead nowhere. */
function unreadable(options: Options): ConfigFault[] {
  return [...options].flatMap(([name, value]) => {
    if (value.problem === undefined || TOKEN_OPTIONS.includes(name)) return []
    const detail = value.detail === undefined ? '' : `: ${value.detail}`
    return [{ origin: value.origin, message: `${name}: ${value.problem}${detail}` }]
  })
}

function faultOf({ name, message }: OptionFault<AgentOption>, options: Options): ConfigFault {
  const { text = '', origin = '' } = options.get(name) ?? {}
  // a URL with "@" may hold a password
  const value = name === 'api_url' && text.includes('@') ? 'not valid' : quote(text)
  return { origin, message: `${name} is ${value}, ${message}` }
}

function unknownOptions(config: CowrieConfig): string[] {
  return [...config.optionsOf(SECTION)]
    .filter(([name]) => !Object.hasOwn(AGENT_OPTIONS, name))
    .map(([name, origin]) => `${origin}: ${quote(name)} is no option of [${SECTION}], it is not used`)
}

interface Findings {
  readonly config: CowrieConfig
  readonly tokens: BearerTokens
  readonly warnings: readonly string[]
  readonly options: Options
}

function toAgentConfig(settings: AgentSettings, findings: Findings): AgentConfig {
  const { config, tokens, warnings, options } = findings
  // every cowrie.cfg.dist has the section switched off: that is nobody's decision
  const isCowriesDefault = options.get('enabled')?.source === 'default' && settings.enabled === false
  const named = settings.api_url.map((apiUrl, index) => ({ apiUrl, bearerToken: tokens.values[index] }))
  const [first, ...others] = named.filter(({ apiUrl }) => !isRetired(apiUrl))
  const apiUrlRetired = first === undefined
  const instead = apiUrlRetired ? `${DEFAULT_API_URL} is used` : 'nothing is sent there'
  const retired = `${options.get('api_url')?.origin}: api_url names the retired service, ${instead}`
  const hasRetired = named.some(({ apiUrl }) => isRetired(apiUrl))
  return {
    enabled: isCowriesDefault ? undefined : settings.enabled,
    targets: [first ?? { apiUrl: DEFAULT_API_URL, bearerToken: named[0]?.bearerToken }, ...others],
    apiUrlRetired,
    trackLogin: settings.track_login,
    trackSession: settings.track_session,
    ttlSeconds: settings.ttl,
    category: settings.category,
    tags: settings.tags,
    flushSeconds: settings.flush_seconds,
    flushAddresses: settings.flush_addresses,
    requestsPerMinute: settings.requests_per_minute,
    spool: { maxAddresses: addressesIn(settings.spool_megabytes), whenFull: settings.spool_full },
    caFile: settings.ca_file === undefined ? undefined : config.resolvePath(settings.ca_file),
    logPaths: settings.log_path.map((path) => config.resolvePath(path)),
    statePath: settings.state_path === undefined ? undefined : config.resolvePath(settings.state_path),
    exclude: settings.exclude,
    privateAddresses: settings.private_addresses,
    metricsListen: settings.metrics_listen,
    heartbeat: settings.heartbeat,
    warnings: hasRetired ? [...warnings, retired] : warnings,
    ...(apiUrlRetired ? { retiredUrlWarning: retired } : {}),
  }
}

/** Its domain may belong to anybody by now. */
function isRetired(apiUrl: string): boolean {
  return /(?:^|\.)threatjammer\.com\.?$/.test(new URL(apiUrl).hostname)
}

/** One URL or several with commas between; a message must show none of them, as one may hold a password. */
function parseApiUrls(text: string): string[] | undefined {
  const urls = text.split(',').map((part) => parseApiUrl(part.trim()))
  if (urls.length > MAX_TARGETS || new Set(urls).size < urls.length) return undefined
  return urls.every((url) => url !== undefined) ? urls : undefined
}

/** Without a path it is the address of a service: the report operation is added. */
function parseApiUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  if (!['http:', 'https:'].includes(url.protocol)) return undefined
  if (url.username !== '' || url.password !== '') return undefined
  if (url.pathname === '/') url.pathname = '/v1/ip'
  url.hash = ''
  return url.href
}

function parseTag(text: string): string | undefined {
  return isTag(text) ? text : undefined
}
