import { hostname } from 'node:os'
import { join } from 'node:path'
import {
  type AgentConfig,
  AgentStatusBoard,
  runWatchedAgent,
  type WatchedAgentOptions,
} from '../agent/index.ts'
import { type Logger, systemClock } from '../runtime/index.ts'
import { reportUrlOf } from './connect.ts'
import { replaceKey } from './replace-key.ts'
import { readSecretIfPresent } from './secret-file.ts'
import type { RunningService } from './start-service.ts'

/** The agent of `honeyjam up`: it reports to the service of the same process, over HTTP like any other. */
export interface LocalAgentOptions {
  readonly service: RunningService
  readonly config: AgentConfig
  readonly logPaths: readonly string[]
  readonly logPatterns?: readonly string[]
  readonly stateDirectory: string
  readonly version: string
  readonly logger: Logger
  readonly signal: AbortSignal
}

const KEY_NAME = 'local agent'
const MAX_NAME = 100
const KEY_FILE = 'agent.key'
const RETRY_MS = 60_000

/**
 * Follows the logs until `signal` is aborted. A failure is logged, and it starts again after a minute: the list must stay
 * readable for firewalls, whatever happens to the log.
 */
export async function runLocalAgent(options: LocalAgentOptions): Promise<void> {
  const { service, logger, signal } = options
  const bearerToken = await ensureAgentKey(service, systemClock.nowMs())
  const agent: WatchedAgentOptions = {
    ...options,
    targets: [{ apiUrl: reportUrlOf(service.localUrl), bearerToken }],
    board: new AgentStatusBoard({ clock: systemClock }),
    ttlFrom: 'event',
    clock: systemClock,
  }
  while (!signal.aborted) {
    try {
      await runWatchedAgent(agent)
    } catch (error) {
      logger.error({ err: error, retryInMs: RETRY_MS }, 'the agent failed, will start it again')
      await systemClock.sleep(RETRY_MS, signal)
    }
  }
}

/** A key that may report and nothing else; another one is made when the file is lost or the key was revoked. */
async function ensureAgentKey(service: RunningService, nowMs: number): Promise<string> {
  const { directory, accounts, administrator } = service
  const { accountId } = administrator
  const path = join(directory, KEY_FILE)
  const kept = readSecretIfPresent(path)
  if (kept !== undefined && accounts.authenticate(kept, nowMs) !== undefined) return kept
  // services that share a store have each its own agent
  const name =
    service.sharedStore === undefined ? KEY_NAME : `${KEY_NAME} of ${hostname()}`.slice(0, MAX_NAME)
  return await replaceKey(accounts, { accountId, name, scopes: ['report'], path }, nowMs)
}
