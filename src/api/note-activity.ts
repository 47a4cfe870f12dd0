import type { FastifyRequest, onResponseHookHandler } from 'fastify'
import { FEEDS_PATH, MANAGEMENT_PATHS } from '../contract/index.ts'
import { callerOf } from './authenticate.ts'
import type { ApiContext } from './context.ts'

const RECEIPT_ROOT = `${MANAGEMENT_PATHS.receipts}/`

/** Notes each request that came with a valid key, once it is answered; refused ones too. */
export function noteActivity({
  activity,
  clock,
}: Pick<ApiContext, 'activity' | 'clock'>): onResponseHookHandler {
  return (request, reply, done) => {
    const caller = callerOf(request)
    if (caller !== undefined) {
      const location = String(reply.getHeader('location') ?? '')
      activity.note({
        accountId: caller.grant.accountId,
        keyId: caller.grant.keyId,
        atMs: clock.nowMs(),
        address: caller.address ?? '',
        userAgent: request.headers['user-agent'] ?? '',
        method: request.method,
        uri: uriOf(request),
        body: Buffer.isBuffer(request.body) ? request.body : undefined,
        status: reply.statusCode,
        receiptId: location.startsWith(RECEIPT_ROOT) ? location.slice(RECEIPT_ROOT.length) : '',
      })
    }
    done()
  }
}

/** As it came, but for a key in the path of a feed, however it was written. */
function uriOf({ url, params, routeOptions }: FastifyRequest): string {
  const pattern = routeOptions.url
  if (pattern?.startsWith(`${FEEDS_PATH}/:token/`) !== true) return url
  const values = params as Readonly<Record<string, string>>
  const path = pattern.replace(':token', '***').replaceAll(/:(\w+)/g, (_, name: string) => {
    return encodeURIComponent(values[name] ?? '')
  })
  const query = url.indexOf('?')
  return query < 0 ? path : path + url.slice(query)
}
