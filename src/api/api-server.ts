import type { IncomingMessage } from 'node:http'
import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify'
import { shownPathOf } from './access-line.ts'
import { createFindClient, noteClient } from './client-address.ts'
import type { ApiContext, ApiOptions } from './context.ts'
import { allowOrigins } from './cors.ts'
import { addDocsRoutes } from './docs/docs-routes.ts'
import { Enforcement } from './enforcement/enforcement.ts'
import { addErrorPages } from './error-pages.ts'
import { addFeedRoutes } from './feeds/feed-routes.ts'
import { prepareGracefulClose } from './graceful-close.ts'
import { handleError } from './handle-error.ts'
import { addHealthRoutes } from './health-routes.ts'
import { handleClientError, type TlsIdentity } from './http-server.ts'
import { giveBackFailed } from './limit-requests.ts'
import { Listeners } from './listeners.ts'
import { addAccessLog } from './log-access.ts'
import { addManagementRoutes } from './management/index.ts'
import { addMetricsRoute } from './metrics-route.ts'
import { noteActivity } from './note-activity.ts'
import { addOpenApiRoute } from './openapi-route.ts'
import { readBody } from './read-body.ts'
import { refuse, refuseUnknown } from './refusal.ts'
import { RefusedLog } from './refused-log.ts'
import { addReportRoutes } from './report/index.ts'
import { RouteTable } from './route-table.ts'
import { securityHeadersOn } from './security-headers.ts'
import { ServiceMetrics } from './service-metrics.ts'
import { createWrongKeys } from './slow-wrong-keys.ts'
import { StoreHealth } from './store-health.ts'
import { addUserRoutes } from './user/index.ts'

/** The HTTP side of the service: both APIs of Threat Jammer, our own, health and the pages of errors on one port. */
export interface ApiServer {
  /** What it serves, each as `GET /v1/denylist/private/:id`. */
  readonly routes: readonly string[]
  /**
   * @param listenOptions `port` 0 takes a free one
   * @returns the URL under which programs on this machine reach it, without a slash at the end
   * @throws HoneyjamError LISTEN_FAILED
   */
  listen(listenOptions: { readonly host: string; readonly port: number }): Promise<string>
  /**
   * Answers plain HTTP as well, on a free port that this machine alone can reach: programs here need no certificate.
   * @returns its URL
   * @throws HoneyjamError LISTEN_FAILED
   */
  listenLocally(): Promise<string>
  /** New connections get this certificate; those that stand keep theirs. For a server that speaks TLS. */
  replaceIdentity(tls: TlsIdentity): void
  /** Takes no more connections, lets requests under way end within {@link CLOSE_GRACE_MS}, then cuts. May be called twice. */
  close(): Promise<void>
}

/** How long requests under way may take to end after `close`. */
export const CLOSE_GRACE_MS = 10_000

/** Longer than the longest request line, so that a long address is answered 422 and not by the router. */
const MAX_PARAM_LENGTH = 20_000

/** Builds the server; nothing listens yet. What is handed over is used and not closed. */
export function createApiServer(options: ApiOptions): ApiServer {
  const listeners = new Listeners(options)
  const app = createApp(options, listeners)
  const closeOnce = prepareGracefulClose(app, {
    graceMs: CLOSE_GRACE_MS,
    others: listeners.local,
    connections: listeners.connections,
  })
  const routes = addRoutes(app, {
    ...options,
    storeHealth: new StoreHealth(),
    enforcement: new Enforcement(options),
    metrics: new ServiceMetrics(),
    connections: listeners.connections,
    wrongKeys: createWrongKeys(),
  })
  let closed: Promise<void> | undefined
  return {
    routes: routes.all,
    listen: async (place) => await listeners.listen(place, () => app.listen(place)),
    listenLocally: async () => {
      await app.ready()
      return await listeners.listenLocally()
    },
    replaceIdentity: (tls) => listeners.replaceIdentity(tls),
    close: () => {
      closed ??= closeOnce()
      return closed
    },
  }
}

function createApp({ logger, clock }: ApiOptions, listeners: Listeners): FastifyInstance {
  const logs = { logger, refused: new RefusedLog(logger, clock) }
  const app = fastify({
    serverFactory: (listener) => listeners.create(listener),
    clientErrorHandler: handleClientError,
    frameworkErrors: (error, request, reply) => handleError(logs, error, request, reply),
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH, ignoreTrailingSlash: true },
    exposeHeadRoutes: false,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
  })
  app.setErrorHandler((error, request, reply) => handleError(logs, error, request, reply))
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', ({ headers }: FastifyRequest, payload: IncomingMessage) => {
    return readBody(payload, Number(headers['content-length']))
  })
  return app
}

function addRoutes(app: FastifyInstance, context: ApiContext): RouteTable {
  const routes = new RouteTable()
  app.addHook('onRoute', ({ method, url }) => routes.add(method, url))
  addCommonHooks(app, routes, context)
  addAccessLog(app, context)
  app.addHook('onResponse', noteActivity(context))
  app.addHook('onResponse', context.metrics.noteRequest)
  giveBackFailed(app, context.quota)
  addReportRoutes(app, context)
  addUserRoutes(app, context)
  addManagementRoutes(app, context)
  addFeedRoutes(app, context)
  addHealthRoutes(app, context)
  addMetricsRoute(app, context)
  addErrorPages(app)
  addDocsRoutes(app, context)
  addOpenApiRoute(app, context)
  return routes
}

/** Before anything else: headers for every answer, no request without a host (RFC 9112 section 3.2), no unknown path. */
function addCommonHooks(app: FastifyInstance, routes: RouteTable, { settings }: ApiContext): void {
  const findClient = createFindClient(settings)
  app.addHook('onRequest', (request, reply, done) => {
    noteClient(request, findClient)
    void reply.headers(securityHeadersOn(request.raw.socket))
    done()
  })
  allowOrigins(app, settings.corsOrigins)
  app.addHook('onRequest', (request, _reply, done) => {
    if (request.headers.host === undefined && request.raw.httpVersion !== '1.0') {
      return done(refuse('malformed-request', 'the Host header is missing'))
    }
    if (!request.is404) return done()
    const methods = routes.methodsAt(request.url)
    if (methods.length === 0) return done(refuseUnknown('resource-not-found', shownPathOf(request.url)))
    const allow = methods.join(', ')
    done(refuse('method-not-allowed', `${request.method} is not allowed here; allowed: ${allow}`, { allow }))
  })
}
