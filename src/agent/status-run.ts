import { HeartbeatObserver } from './heartbeat-observer.ts'
import { serveMetrics } from './metrics-serving.ts'
import { type AgentProgress, type RunAgentOptions, runAgent } from './run-agent.ts'
import { AgentStatusBoard } from './status-board.ts'
import { StatusWriter } from './status-writer.ts'

export interface WatchedAgentOptions extends Omit<RunAgentOptions, 'observer' | 'userAgent'> {
  /** Of this honeyjam, as services are told; 1..64 printable characters. */
  readonly version: string
  /** Keeps its counts when a process runs one agent after another; default a new one. */
  readonly board?: AgentStatusBoard
}

/**
 * Runs an agent that writes to its directory how it is doing, tells the services it reports to that it is alive, and
 * serves metrics where `metrics_listen` is set and as soon as the port is free; else as {@link runAgent}.
 */
export async function runWatchedAgent(options: WatchedAgentOptions): Promise<AgentProgress> {
  const { config, clock, logger, stateDirectory: directory, version } = options
  const userAgent = `honeyjam/${version}`
  const board = options.board ?? new AgentStatusBoard({ clock })
  board.beginRun()
  const done = new AbortController()
  const address = config.metricsListen
  const serving =
    address === undefined ? undefined : serveMetrics({ address, board, clock, logger, signal: done.signal })
  const inner = new StatusWriter({ directory, board, clock, logger })
  const observer = new HeartbeatObserver({ ...options, userAgent, inner, board, mode: config.heartbeat })
  try {
    return await runAgent({ ...options, userAgent, observer })
  } finally {
    done.abort()
    await observer.close()
    await serving
  }
}
