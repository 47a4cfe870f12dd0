import { once } from 'node:events'
import type { Logger } from '../runtime/index.ts'
import { renderMetricsAddress } from './metrics-address.ts'
import type { MetricsServer, MetricsServerOptions } from './metrics-server.ts'

export interface MetricsServingOptions extends MetricsServerOptions {
  readonly logger: Logger
  readonly signal: AbortSignal
}

const RETRY_MS = 30_000

/**
 * Serves metrics until `signal` is aborted. Where the port cannot be had that is told once as an error, and tried again
 * until it can: nobody's reports wait for it. Never rejects.
 */
export async function serveMetrics(options: MetricsServingOptions): Promise<void> {
  const { logger, signal } = options
  const server = await startPatiently(options)
  if (server === undefined) return
  logger.info(`metrics are served at http://${renderMetricsAddress(server.address)}/metrics`)
  if (!signal.aborted) await once(signal, 'abort')
  await server.close()
}

/** @returns `undefined` once `signal` is aborted */
async function startPatiently(options: MetricsServingOptions): Promise<MetricsServer | undefined> {
  const { clock, logger, signal } = options
  // the server's parts of Node take 10 MB, and most agents serve none
  const { startMetricsServer } = await import('./metrics-server.ts')
  let isTold = false
  while (!signal.aborted) {
    try {
      return await startMetricsServer(options)
    } catch (error) {
      if (!isTold)
        logger.error({ err: error, retryInMs: RETRY_MS }, 'the agent goes on without metrics, will retry')
      isTold = true
      await clock.sleep(RETRY_MS, signal)
    }
  }
  return undefined
}
