import { renderMetricsAddress } from './metrics-address.ts'
import { startMetricsServer } from './metrics-server.ts'
import { type AgentProgress, type RunAgentOptions, runAgent } from './run-agent.ts'
import { AgentStatusBoard } from './status-board.ts'
import { StatusWriter } from './status-writer.ts'

/**
 * Runs an agent that writes to its directory how it is doing, and serves it as metrics where `metrics_listen` is set;
 * else as {@link runAgent}.
 * @throws HoneyjamError LISTEN_FAILED besides
 */
export async function runWatchedAgent(options: Omit<RunAgentOptions, 'observer'>): Promise<AgentProgress> {
  const { config, logPaths, clock, logger, stateDirectory: directory } = options
  const board = new AgentStatusBoard({ logPaths, clock })
  const address = config.metricsListen
  const metrics = address === undefined ? undefined : await startMetricsServer({ address, board, clock })
  if (metrics !== undefined) {
    logger.info(`metrics are served at http://${renderMetricsAddress(metrics.address)}/metrics`)
  }
  try {
    return await runAgent({ ...options, observer: new StatusWriter({ directory, board, clock, logger }) })
  } finally {
    await metrics?.close()
  }
}
