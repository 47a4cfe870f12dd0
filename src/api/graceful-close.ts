import type { FastifyInstance } from 'fastify'

/** Servers besides the app's own that hand their requests to it. */
export interface OtherServers {
  closeIdleConnections(): void
  closeAllConnections(): void
  /** Takes no more connections; resolves when the last one has ended. */
  close(): Promise<void>
}

const NONE: OtherServers = {
  closeIdleConnections: () => undefined,
  closeAllConnections: () => undefined,
  close: async () => undefined,
}

/**
 * Prepares an app for closing without losing requests; call it before routes are added.
 * Node ends idle connections when a server closes, but a connection that is busy then would stay open for its whole
 * keep-alive time afterwards.
 * @param graceMs how long requests under way may take before their connections are cut
 * @returns the function that closes; it may be called once
 */
export function prepareGracefulClose(
  app: FastifyInstance,
  graceMs: number,
  others: OtherServers = NONE,
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
