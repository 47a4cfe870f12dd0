import type { FastifyInstance, FastifyRequest } from 'fastify'
import { accessLineOf } from './access-line.ts'
import { callerOf } from './authenticate.ts'
import { clientAddressOf } from './client-address.ts'
import type { ApiContext } from './context.ts'

/** Writes one line for each request once it is answered, if the operator wants them. Call it before routes are added. */
export function addAccessLog(app: FastifyInstance, { accessLog }: Pick<ApiContext, 'accessLog'>): void {
  if (accessLog === undefined) return
  const sentBefore = new WeakMap<FastifyRequest, number>()
  app.addHook('onRequest', (request, _reply, done) => {
    sentBefore.set(request, request.raw.socket.bytesWritten)
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const grant = callerOf(request)?.grant
    const line = accessLineOf({
      method: request.method,
      url: request.url,
      status: reply.statusCode,
      durationMs: reply.elapsedTime,
      bytes: request.raw.socket.bytesWritten - (sentBefore.get(request) ?? 0),
      address: clientAddressOf(request),
      key: grant && { id: grant.keyId, name: grant.keyName, account: grant.accountName },
    })
    accessLog.info(line, 'request')
    done()
  })
}
