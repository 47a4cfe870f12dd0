import { delimiter } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { MAX_TTL_SECONDS } from '../contract/terms/index.ts'
import { HoneyjamError } from '../runtime/index.ts'

/** What every command takes. */
export interface CommonOptions {
  readonly json: boolean
  readonly logFormat: 'text' | 'json'
  readonly logLevel: LogLevel
}

const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug', 'trace'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

const MAX_PER_MINUTE = 1_000_000
const WORDS_FOR_YES = new Set(['1', 'true', 'yes', 'on'])
const WORDS_FOR_NO = new Set(['0', 'false', 'no', 'off'])
const repeatableOptions = new WeakSet<Option>()

/** Creates an option that the environment can set as well: `--key-file` is `HONEYJAM_KEY_FILE`. */
export function option(flags: string, description: string): Option {
  const created = new Option(flags, description)
  return created.env(environmentName(created))
}

/** Creates an option that may be given several times; the environment holds a list like PATH. */
export function repeatableOption(flags: string, description: string): Option {
  const created = option(flags, description).argParser((value: string, previous: string[] | undefined) => [
    ...(previous ?? []),
    value,
  ])
  repeatableOptions.add(created)
  return created
}

/** The name under which the environment sets an option. */
export function environmentName(created: Option): string {
  return `HONEYJAM_${created.name().toUpperCase().replaceAll('-', '_')}`
}

export function dataOption(): Option {
  return option('--data <dir>', 'data directory').default(
    undefined,
    'honeyjam-data in a checkout, else ~/.local/share/honeyjam, for root /var/lib/honeyjam',
  )
}

/** Adds what a command needs to reach the service; `first` names where else the values may come from. */
export function addConnectOptions(command: Command, first?: string): Command {
  const heading = 'Which service:'
  const fallback = first === undefined ? '' : `${first}, else `
  return command
    .addOption(
      option('--api-url <url>', 'address of the service')
        .default(undefined, `${fallback}the local one of the data directory`)
        .helpGroup(heading),
    )
    .addOption(
      option('--key-file <file>', 'file that holds the key')
        .default(undefined, `$HONEYJAM_BEARER_TOKEN, else ${fallback}admin.key in the data directory`)
        .helpGroup(heading),
    )
    .addOption(
      option('--ca-file <file>', 'certificates (PEM) of authorities to trust besides the built-in ones')
        .default(undefined, `${fallback}none`)
        .helpGroup(heading),
    )
    .addOption(dataOption().helpGroup(heading))
}

/** Adds what names the store of a service. */
export function addStoreOptions(command: Command): Command {
  return command
    .addOption(
      option('--store <url>', 'PostgreSQL database, as postgres://USER:PASSWORD@HOST/DATABASE').default(
        undefined,
        'SQLite files in the data directory',
      ),
    )
    .addOption(option('--store-file <file>', 'file that holds that URL, so that nobody reads the password'))
}

export function hostOption(): Option {
  return option('--host <address>', 'address to listen on').default('127.0.0.1')
}

export function portOption(): Option {
  return option('--port <number>', 'port to listen on; 0 takes a free one')
    .default(8088)
    .argParser(integerBetween(0, 65_535))
}

export function privateAddressesOption(whatFor: string): Option {
  return option('--private-addresses <rule>', whatFor).choices(['skip', 'accept'])
}

export function perMinuteOption(flags: string, description: string): Option {
  return option(flags, description).argParser(integerBetween(1, MAX_PER_MINUTE))
}

export function metricsListenOption(): Option {
  return option(
    '--metrics-listen <address>',
    'serve Prometheus metrics of the agent on PORT or HOST:PORT',
  ).default(undefined, 'from cowrie.cfg, else none are served')
}

export function ttlOption(description: string): Option {
  return option('--ttl <seconds>', description).argParser(integerBetween(1, MAX_TTL_SECONDS))
}

/** Adds what every command takes. */
export function addCommonOptions(command: Command): Command {
  const heading = 'Output options:'
  return command
    .addOption(
      option('--json', 'print results (and errors) as JSON, for scripts').default(false).helpGroup(heading),
    )
    .addOption(
      option('--log-format <format>', 'form of the log on standard error')
        .choices(['text', 'json'])
        .default('text')
        .helpGroup(heading),
    )
    .addOption(
      option('--log-level <level>', 'least important lines of the log to print')
        .choices(LOG_LEVELS)
        .default('info')
        .helpGroup(heading),
    )
}

/** Reads a whole number within bounds, both included. */
export function integerBetween(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (value >= least && value <= most) return value
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
  }
}

/** Reads `HOST:PORT`, with an IPv6 address in brackets; `:PORT` means this machine alone. */
export function parsePlace(text: string): { host: string; port: number } {
  const [, bracketed, plain = '', digits = ''] = /^(?:\[([^\]]+)\]|([^:[\]\s]*)):(\d{1,5})$/.exec(text) ?? []
  const port = digits === '' ? Number.NaN : Number(digits)
  if (port <= 65_535) return { host: bracketed ?? (plain === '' ? '127.0.0.1' : plain), port }
  throw new InvalidArgumentError('It must be HOST:PORT, such as 127.0.0.1:9000 or [::1]:9000.')
}

/**
 * Makes the environment mean what people expect, before commander reads it: an empty variable counts as absent, and a
 * switch (`HONEYJAM_JSON`) takes yes and no in Cowrie's spellings.
 * @throws HoneyjamError USAGE a switch is neither
 */
export function prepareEnvironment(commands: readonly Command[], environment: NodeJS.ProcessEnv): void {
  for (const { envVar, required, optional } of commands.flatMap((command) => command.options)) {
    if (envVar === undefined) continue
    const value = environment[envVar]
    if (value === undefined) continue
    const takesValue = required || optional
    if (value === '' || (!takesValue && WORDS_FOR_NO.has(value.toLowerCase()))) delete environment[envVar]
    else if (!takesValue && !WORDS_FOR_YES.has(value.toLowerCase())) throw notASwitch(envVar, value)
  }
}

/** Splits the lists that came from the environment. */
export function splitEnvironmentLists(command: Command): void {
  for (const given of command.options.filter((candidate) => repeatableOptions.has(candidate))) {
    const name = given.attributeName()
    if (command.getOptionValueSource(name) !== 'env') continue
    const [list = ''] = command.getOptionValue(name) as string[]
    command.setOptionValueWithSource(name, list.split(delimiter).filter(Boolean), 'env')
  }
}

function notASwitch(envVar: string, value: string): HoneyjamError {
  return new HoneyjamError('USAGE', `${envVar} is ${JSON.stringify(value)}: it takes 1 or 0`)
}
