import type { FastifyInstance } from 'fastify'

/** How long a browser need not ask again, in seconds: a change of the setting is seen soon after. */
const MAX_AGE_SECONDS = 600

/** What a page may do beyond the plainest requests: all methods and headers of the APIs. */
const PREFLIGHT_HEADERS = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
  'access-control-allow-headers':
    'authorization, content-type, idempotency-key, if-none-match, last-event-id',
  'access-control-max-age': String(MAX_AGE_SECONDS),
} as const

const EXPOSED_HEADERS = 'etag, location, ratelimit, ratelimit-policy, retry-after'

/**
 * Lets web pages of these origins read answers (https://fetch.spec.whatwg.org/#http-cors-protocol); without any, nothing is
 * said to any page. Never with credentials: whoever asks has a key to send, and a page that has none finds no open session.
 * @param origins as browsers write them, `https://example.org`
 */
export function allowOrigins(app: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return
  const allowed = new Set(origins)
  const isAllowed = (origin: string | undefined) => origin !== undefined && allowed.has(origin)
  app.addHook('onRequest', (request, reply, done) => {
    const { origin, 'access-control-request-method': wanted } = request.headers
    const isPreflight = request.method === 'OPTIONS' && wanted !== undefined && isAllowed(origin)
    if (!isPreflight) return done()
    void reply.code(204).headers(PREFLIGHT_HEADERS).send()
  })
  app.addHook('onSend', ({ headers: { origin } }, reply, payload, done) => {
    // a cache must not hand what one page may read to another; the handler may have said what else the answer depends on
    void reply.header('vary', [reply.getHeader('vary'), 'origin'].flat().filter(Boolean).join(', '))
    if (isAllowed(origin)) {
      void reply.headers({
        'access-control-allow-origin': origin,
        'access-control-expose-headers': EXPOSED_HEADERS,
      })
    }
    done(null, payload)
  })
}
