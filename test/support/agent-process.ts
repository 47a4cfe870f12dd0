// An agent as a process of its own, from source. Its one argument is JSON: see AgentProcessOptions.
// With `files` it reads them once and writes its summary to standard output.
import { type AgentConfig, runAgent, runOnce } from '../../src/agent/index.ts'
import { createLogger, systemClock } from '../../src/runtime/index.ts'
import { agentConfig } from './agent-options.ts'

export interface AgentProcessOptions {
  readonly settings: Partial<AgentConfig>
  readonly apiUrl: string
  readonly stateDirectory: string
  readonly logPaths?: string[]
  readonly files?: string[]
}

const {
  settings,
  apiUrl,
  stateDirectory,
  logPaths = [],
  files,
} = JSON.parse(process.argv[2] ?? '') as AgentProcessOptions
const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())

const options = {
  config: agentConfig(settings),
  stateDirectory,
  ttlFrom: 'event',
  clock: systemClock,
  logger: createLogger({ format: 'json', level: 'info' }),
  signal: stop.signal,
} as const

const target = { apiUrl, bearerToken: 'tja_test' }
if (files === undefined) await runAgent({ ...options, targets: [target], logPaths })
else process.stdout.write(JSON.stringify(await runOnce({ ...options, ...target, files })))
