import { HeartbeatObserver } from './heartbeat-observer.ts'
import { renderMetricsAddress } from './metrics-address.ts'
import { startMetricsServer } from './metrics-server.ts'
import { type AgentProgress, type RunAgentOptions, runAgent } from './run-agent.ts'
import { AgentStatusBoard } from './status-board.ts'
import { StatusWriter } from './status-writer.ts'

export interface WatchedAgentOptions extends Omit<RunAgentOptions, 'observer' | 'userAgent'> {
  /** Of this honeyjam, as services are told; 1..64 printable characters. */
  readonly version: string
}

/**
 * Runs an agent that writes to its directory how it is doing, tells the services it reports to that it is alive, and
 * serves metrics where `metrics_listen` is set; else as {@link runAgent}.
 * @throws HoneyjamError LISTEN_FAILED besides
 */
export async function runWatchedAgent(options: WatchedAgentOptions): Promise<AgentProgress> {
  const { config, clock, logger, stateDirectory: directory, version } = options
  const userAgent = `honeyjam/${version}`
  const board = new AgentStatusBoard({ clock })
  const address = config.metricsListen
  const metrics = address === undefined ? undefined : await startMetricsServer({ address, board, clock })
  if (metrics !== undefined) {
    logger.info(`metrics are served at http://${renderMetricsAddress(metrics.address)}/metrics`)
  }
  const inner = new StatusWriter({ directory, board, clock, logger })
  const observer = new HeartbeatObserver({ ...options, userAgent, inner, board, mode: config.heartbeat })
  try {
    return await runAgent({ ...options, userAgent, observer })
  } finally {
    await observer.close()
    await metrics?.close()
  }
}
