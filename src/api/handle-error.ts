import type { FastifyReply, FastifyRequest } from 'fastify'
import { HoneyjamError, type Logger } from '../runtime/index.ts'
import { refuseContentType } from './json-body.ts'
import { Refusal, refuse, refuseUnknown } from './refusal.ts'
import type { RefusedLog } from './refused-log.ts'
import { securityHeadersOn } from './security-headers.ts'

/** Seconds after which a client may try again when the storage does not take data. */
const RETRY_AFTER_STORE_SECONDS = 5

/** Sends what the error stands for in our own body; what nobody expected is logged and answered 500 without a word of it. */
export function handleError(
  { logger, refused }: { readonly logger: Logger; readonly refused: RefusedLog },
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const refusal = refusalOf(error) ?? refuse('internal-error', 'the service failed; its log says why')
  if (refusal.status === 503) refused.note(error)
  if (refusal.status === 500) {
    logger.error({ err: error, method: request.method, route: request.routeOptions.url }, 'request failed')
  }
  sendRefusal(request, reply, refusal)
}

/** With the headers of every answer, since no hook has run where the router itself refuses. */
export function sendRefusal({ raw }: FastifyRequest, reply: FastifyReply, refusal: Refusal): void {
  const headers = securityHeadersOn(raw.socket)
  void reply.headers(headers).headers(refusal.headers).code(refusal.status).send(refusal.body)
}

function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error
  if (error instanceof HoneyjamError && error.code === 'STORE_UNAVAILABLE') {
    const retryAfter = { 'retry-after': String(RETRY_AFTER_STORE_SECONDS) }
    return refuse(
      'store-unavailable',
      'the storage does not take it now; send the same request again',
      retryAfter,
    )
  }
  return refusalOfFramework(error)
}

/** What fastify and Node find wrong before a route sees the request. */
function refusalOfFramework(error: unknown): Refusal | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown }
  switch (code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return refuseContentType()
    case 'FST_ERR_BAD_URL':
      return refuse('malformed-request', 'the path is not correctly percent-encoded')
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return refuseUnknown('resource-not-found', 'path')
    case 'ECONNRESET':
      // nobody reads this any more, but it is no fault of ours either
      return refuse('malformed-request', 'the request was cut off')
    default: {
      const isClientFault = typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500
      return isClientFault ? refuse('malformed-request', 'the request cannot be read') : undefined
    }
  }
}
