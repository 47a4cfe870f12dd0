import { AGENT_SECTION } from '../../agent/index.ts'
import { type AgentSetup, disabledMessage } from '../agent-setup.ts'
import { maskKey } from '../mask-key.ts'
import type { DoctorOptions } from './doctor-options.ts'
import { type Finding, failed, ok, warning } from './finding.ts'
import { hideLogin } from './hide-login.ts'

const SECRET_NAME = /token|key|secret|passw/i

/** What was read: the files, each option that something sets with its place, and what the reader warns of. */
export function checkConfiguration(
  setup: AgentSetup,
  options: DoctorOptions,
  environment: NodeJS.ProcessEnv,
): Finding {
  const { cowrie, config } = setup
  const values = [...setOptions(setup), ...ownSettings(options, environment)]
  const files = cowrie.files.map((file) => `read ${file}`)
  const details = [...files, ...values]
  const found = `${count(cowrie.files.length, 'file')}, ${count(values.length, 'option')} set`
  if (config.enabled === false)
    return failed('the configuration switches the agent off', disabledMessage(setup), details)
  const warnings = [
    ...config.warnings,
    ...cowrie.blockedPaths.map(
      (path) => `${path} cannot be looked at by this user: a Cowrie may be behind it`,
    ),
  ]
  if (warnings.length === 0) return ok(found, details)
  const help = 'Mend what the lines marked ! name; the agent works without it.'
  return warning(found, help, [...details, ...warnings.map((text) => `! ${text}`)])
}

function setOptions({ cowrie }: AgentSetup): string[] {
  return [...cowrie.optionsOf(AGENT_SECTION)].map(([name, place]) => {
    const found = cowrie.inspect(AGENT_SECTION, name)
    const text = found?.text ?? `(${found?.problem ?? 'no value'})`
    return `${found?.origin ?? place}  ${name} = ${shownValue(name, text)}`
  })
}

/** What wins over the files: our own options and the variable for the key. */
function ownSettings(options: DoctorOptions, environment: NodeJS.ProcessEnv): string[] {
  const key = environment['HONEYJAM_BEARER_TOKEN'] ?? ''
  const given: readonly (readonly [option: string, value: string | undefined])[] = [
    ['--api-url', options.apiUrl],
    ['--key-file', options.keyFile],
    ['--log', options.log?.join(', ')],
    ['--state', options.state],
  ]
  return [
    ...given.flatMap(([option, value]) => (value === undefined ? [] : [`${option} ${hideLogin(value)}`])),
    ...(key === '' ? [] : [`environment variable HONEYJAM_BEARER_TOKEN = ${maskKey(key)}`]),
  ]
}

/** Shows no secret, also not one under a mistyped name. */
function shownValue(name: string, text: string): string {
  if (SECRET_NAME.test(name) && !name.endsWith('_file')) return maskKey(text)
  return hideLogin(text.replaceAll('\n', ' '))
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
