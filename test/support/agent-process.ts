// An agent as a process of its own, from source. Its one argument is JSON: see AgentProcessOptions.
import { type AgentConfig, runAgent } from '../../src/agent/index.ts'
import { createLogger, systemClock } from '../../src/runtime/index.ts'
import { agentConfig } from './agent-options.ts'

export interface AgentProcessOptions {
  readonly settings: Partial<AgentConfig>
  readonly apiUrl: string
  readonly logPaths: string[]
  readonly stateDirectory: string
}

const { settings, ...options } = JSON.parse(process.argv[2] ?? '') as AgentProcessOptions
const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())

await runAgent({
  ...options,
  config: agentConfig(settings),
  bearerToken: 'tja_test',
  ttlFrom: 'event',
  clock: systemClock,
  logger: createLogger({ format: 'json', level: 'info' }),
  signal: stop.signal,
})
