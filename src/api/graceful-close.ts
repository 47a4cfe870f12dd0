import type { FastifyInstance } from 'fastify'
import type { OpenConnections } from './open-connections.ts'

/** Servers besides the app's own that hand their requests to it. */
export interface OtherServers {
  closeIdleConnections(): void
  closeAllConnections(): void
  /** Takes no more connections; resolves when the last one has ended. */
  close(): Promise<void>
}

export interface GracefulCloseOptions {
  /** How long requests under way may take before their connections are cut. */
  readonly graceMs: number
  readonly others: OtherServers
  /** Those of the app's servers and of the others. */
  readonly connections: Pick<OpenConnections, 'closeUnused'>
}

/**
 * Prepares an app for closing without losing requests; call it before routes are added.
 * Node ends idle connections when a server closes, but a connection that is busy then would stay open for its whole
 * keep-alive time afterwards.
 * @returns the function that closes; it may be called once
 */
export function prepareGracefulClose(
  app: FastifyInstance,
  { graceMs, others, connections }: GracefulCloseOptions,
): () => Promise<void> {
  let isClosing = false
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isClosing) void reply.header('connection', 'close')
    done(null, payload)
  })
  app.addHook('onResponse', (_request, _reply, done) => {
    // an answer whose headers were sent before closing began could not say so
    if (isClosing) setImmediate(() => [app.server, others].forEach((each) => each.closeIdleConnections()))
    done()
  })
  return async () => {
    isClosing = true
    connections.closeUnused()
    const timer = setTimeout(() => {
      for (const each of [app.server, others]) each.closeAllConnections()
    }, graceMs)
    try {
      await Promise.all([app.close(), others.close()])
    } finally {
      clearTimeout(timer)
    }
  }
}
