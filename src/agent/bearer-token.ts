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

/** What came of looking for the token: at most one of value and faults. No text here holds the token. */
export interface BearerToken {
  readonly value: string | undefined
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
}

/** What the `cowrie.cfg.dist` of old Cowries has where the token belongs. */
const PLACEHOLDER = 'THREATJAMMER_API_TOKEN'
const OWN_VARIABLE = 'HONEYJAM_BEARER_TOKEN'

/**
 * Takes the token from the first place that is set: command line, `HONEYJAM_BEARER_TOKEN`, Cowrie's environment variable,
 * `bearer_token_file`, `bearer_token`. The placeholder of old Cowries and an empty `HONEYJAM_BEARER_TOKEN` count as not
 * set; any other empty one is a fault.
 */
export function readBearerToken(places: TokenPlaces): BearerToken {
  const { file, environment } = places
  const isPlaceholder = places.token?.text === PLACEHOLDER
  const token = isPlaceholder ? undefined : places.token
  const own = environment[OWN_VARIABLE]
  if (token?.source === 'override') return checkToken(token)
  if (file?.source === 'override') return readFromFile(file, places.config)
  if (own !== undefined && own !== '') return checkToken(fromEnvironment(own))
  if (token?.source === 'environment') return checkToken(token)
  if (file !== undefined) return readFromFile(file, places.config)
  if (token !== undefined) return checkToken(token)
  const warnings = isPlaceholder && places.isEnabled ? [placeholderWarning(places.token.origin)] : []
  return { value: undefined, faults: [], warnings }
}

/** What may stand in an `Authorization` header without changing its shape. */
const TOKEN = /^[\x21-\x7e]{1,4096}$/

function fromEnvironment(text: string): Inspected {
  return { text, origin: `environment variable ${OWN_VARIABLE}`, source: 'environment' }
}

function checkToken({ text, problem, origin }: AgentOptionValue): BearerToken {
  if (problem !== undefined) return refused(origin, `bearer_token: ${problem}`)
  if (TOKEN.test(text)) return { value: text, faults: [], warnings: [] }
  const found = text === '' ? 'nothing' : 'something else'
  return refused(
    origin,
    `bearer_token: expected 1 to 4096 printable ASCII characters without spaces, found ${found}`,
  )
}

function readFromFile(place: AgentOptionValue, config: CowrieConfig): BearerToken {
  if (place.problem !== undefined) return refused(place.origin, `bearer_token_file: ${place.problem}`)
  const path = config.resolvePath(place.text)
  try {
    const { secret, isReadableByOthers } = readSecretFile(path)
    const token = checkToken({ text: secret, origin: path, source: 'file' })
    return isReadableByOthers ? { ...token, warnings: [modeWarning(path)] } : token
  } catch (error) {
    if (!(error instanceof HoneyjamError)) throw error
    return refused(place.origin, `bearer_token_file: ${error.message}`)
  }
}

function refused(origin: string, message: string): BearerToken {
  return { value: undefined, faults: [{ origin, message }], warnings: [] }
}

function placeholderWarning(origin: string): string {
  return `${origin}: bearer_token still is the placeholder ${PLACEHOLDER}, taken as not set`
}

function modeWarning(path: string): string {
  return `${path}: others than its owner may read this token: chmod 600 helps`
}
