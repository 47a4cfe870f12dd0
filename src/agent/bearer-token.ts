import {
  type ConfigFault,
  type CowrieConfig,
  type Environment,
  type Inspected,
  readSecretFile,
} from '../config/index.ts'
import { HoneyjamError } from '../runtime/index.ts'

/** An option of the section; `override`: the command line says so. */
export type AgentOptionValue =
  | Inspected
  | {
      readonly source: 'override'
      readonly text: string
      readonly origin: string
      readonly problem?: undefined
    }

/** What came of looking for the tokens: values or faults, never both. No other text here holds a token. */
export interface BearerTokens {
  /** One a target, in the order of `api_url`; none when nothing is set. */
  readonly values: readonly string[]
  readonly faults: readonly ConfigFault[]
  readonly warnings: readonly string[]
}

/** Everything that may name a token. */
export interface TokenPlaces {
  readonly config: CowrieConfig
  readonly environment: Environment
  /** `bearer_token` as the section or the command line has it. */
  readonly token: AgentOptionValue | undefined
  /** `bearer_token_file`, likewise. */
  readonly file: AgentOptionValue | undefined
  readonly isEnabled: boolean
  /** How many URLs `api_url` names, at least 1. With several, the places hold a list: one token for all, or one for each. */
  readonly targets: number
}

/** What the `cowrie.cfg.dist` of old Cowries has where the token belongs. */
const PLACEHOLDER = 'THREATJAMMER_API_TOKEN'
const OWN_VARIABLE = 'HONEYJAM_BEARER_TOKEN'

/**
 * Takes the token from the first place that is set: command line, `HONEYJAM_BEARER_TOKEN`, Cowrie's environment variable,
 * `bearer_token_file`, `bearer_token`. The placeholder of old Cowries and an empty `HONEYJAM_BEARER_TOKEN` count as not
 * set; any other empty one is a fault.
 */
export function readBearerTokens(places: TokenPlaces): BearerTokens {
  const { file, environment, targets } = places
  const isPlaceholder = places.token?.text === PLACEHOLDER
  const token = isPlaceholder ? undefined : places.token
  const own = environment[OWN_VARIABLE]
  if (token?.source === 'override') return checkTokens(token, targets)
  if (file?.source === 'override') return readFromFiles(file, places)
  if (own !== undefined && own !== '') return checkTokens(fromEnvironment(own), targets)
  if (token?.source === 'environment') return checkTokens(token, targets)
  if (file !== undefined) return readFromFiles(file, places)
  if (token !== undefined) return checkTokens(token, targets)
  const warnings = isPlaceholder && places.isEnabled ? [placeholderWarning(places.token.origin)] : []
  return { values: [], faults: [], warnings }
}

/** What may stand in an `Authorization` header without changing its shape. */
const TOKEN = /^[\x21-\x7e]{1,4096}$/

function fromEnvironment(text: string): Inspected {
  return { text, origin: `environment variable ${OWN_VARIABLE}`, source: 'environment' }
}

function checkTokens(place: AgentOptionValue, targets: number): BearerTokens {
  if (place.problem !== undefined) return refused(place.origin, `bearer_token: ${place.problem}`)
  return forEachTarget('bearer_token', place, targets, (text) => checkToken(text, place.origin))
}

function readFromFiles(place: AgentOptionValue, { config, targets }: TokenPlaces): BearerTokens {
  if (place.problem !== undefined) return refused(place.origin, `bearer_token_file: ${place.problem}`)
  return forEachTarget('bearer_token_file', place, targets, (text) =>
    readFromFile(config.resolvePath(text), place.origin),
  )
}

/** A token holds no comma where it stands in a list; a single one may. */
function forEachTarget(
  option: string,
  { text = '', origin }: AgentOptionValue,
  targets: number,
  read: (text: string) => BearerTokens,
): BearerTokens {
  const parts = targets === 1 ? [text] : text.split(',').map((part) => part.trim())
  if (parts.length !== 1 && parts.length !== targets) {
    const expected = `one for all or one for each of the ${targets} URLs of api_url`
    return refused(origin, `${option}: expected ${expected}, found ${parts.length}`)
  }
  const found = parts.map(read)
  const values = found.flatMap((one) => one.values)
  const faults = found.flatMap((one) => one.faults)
  return {
    values: parts.length === targets ? values : Array.from({ length: targets }, () => values).flat(),
    faults,
    warnings: found.flatMap((one) => one.warnings),
  }
}

function checkToken(text: string, origin: string): BearerTokens {
  if (TOKEN.test(text)) return { values: [text], faults: [], warnings: [] }
  const found = text === '' ? 'nothing' : 'something else'
  return refused(
    origin,
    `bearer_token: expected 1 to 4096 printable ASCII characters without spaces, found ${found}`,
  )
}

function readFromFile(path: string, origin: string): BearerTokens {
  try {
    const { secret, isReadableByOthers } = readSecretFile(path)
    const token = checkToken(secret, path)
    return isReadableByOthers ? { ...token, warnings: [modeWarning(path)] } : token
  } catch (error) {
    if (!(error instanceof HoneyjamError)) throw error
    return refused(origin, `bearer_token_file: ${error.message}`)
  }
}

function refused(origin: string, message: string): BearerTokens {
  return { values: [], faults: [{ origin, message }], warnings: [] }
}

function placeholderWarning(origin: string): string {
  return `${origin}: bearer_token still is the placeholder ${PLACEHOLDER}, taken as not set`
}

function modeWarning(path: string): string {
  return `${path}: others than its owner may read this token: chmod 600 helps`
}
