import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Clock, HoneyjamError } from '../runtime/index.ts'
import { type MetricsAddress, renderMetricsAddress } from './metrics-address.ts'
import type { AgentStatusBoard } from './status-board.ts'

/** Serves `GET /metrics`. */
export interface MetricsServer {
  /** With the port that was taken. */
  readonly address: MetricsAddress
  /** Ends open connections too. */
  close(): Promise<void>
}

export interface MetricsServerOptions {
  readonly address: MetricsAddress
  readonly board: Pick<AgentStatusBoard, 'snapshot'>
  readonly clock: Clock
}

const MAX_CONNECTIONS = 16
/** A scraper sends a few short lines: bounds are in milliseconds and bytes. */
const BOUNDS = {
  headersTimeout: 5000,
  requestTimeout: 5000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
  maxHeaderSize: 8192,
} as const

/** @throws HoneyjamError LISTEN_FAILED */
export async function startMetricsServer({
  address,
  board,
  clock,
}: MetricsServerOptions): Promise<MetricsServer> {
  // most agents serve no metrics and are spared the library
  const { METRICS_CONTENT_TYPE, renderMetrics } = await import('./metrics-text.ts')
  const server = createServer(BOUNDS, (request, response) => {
    const problem = problemOf(request)
    if (problem !== undefined) {
      answer(response, problem)
      return
    }
    void renderMetrics(board.snapshot(), clock.nowMs()).then(
      (body) => answer(response, { status: 200, type: METRICS_CONTENT_TYPE, body }),
      () => answer(response, { status: 500, body: 'the metrics cannot be written\n' }),
    )
  })
  server.maxConnections = MAX_CONNECTIONS
  await listen(server, address)
  return {
    address: { ...address, port: (server.address() as AddressInfo).port },
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

interface Answer {
  readonly status: number
  readonly body: string
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
}

function problemOf({ method, url = '' }: IncomingMessage): Answer | undefined {
  if (url.split('?', 1)[0] !== '/metrics') return { status: 404, body: 'only /metrics is here\n' }
  if (method === 'GET' || method === 'HEAD') return undefined
  return { status: 405, body: 'only GET is answered\n', headers: { allow: 'GET, HEAD' } }
}

function answer(
  response: ServerResponse,
  { status, body, type = 'text/plain; charset=utf-8', headers }: Answer,
): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), ...headers })
  response.end(body)
}

async function listen(server: Server, address: MetricsAddress): Promise<void> {
  server.listen(address)
  try {
    await once(server, 'listening')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new HoneyjamError(
      'LISTEN_FAILED',
      `cannot serve metrics on ${renderMetricsAddress(address)}: ${reason}`,
      {
        cause,
        fields: { ...address },
      },
    )
  }
}
