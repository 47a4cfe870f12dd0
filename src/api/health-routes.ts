import type { FastifyInstance } from 'fastify'
import type { HealthInfo, ReadyInfo } from '../contract/index.ts'
import type { ApiContext } from './context.ts'

/** `/healthz` (the process answers) and `/readyz` (it can take reports and write them behind). */
export function addHealthRoutes(app: FastifyInstance, context: ApiContext): void {
  app.route({
    method: ['GET', 'HEAD'],
    url: '/healthz',
    handler: (): HealthInfo => ({ status: 'ok', version: context.settings.version }),
  })
  app.route({
    method: ['GET', 'HEAD'],
    url: '/readyz',
    handler: (_request, reply): ReadyInfo => {
      const reasons = reasonsAgainst(context)
      void reply.code(reasons.length === 0 ? 200 : 503)
      return { ready: reasons.length === 0, reasons }
    },
  })
}

/** In plain words and without paths or causes, since anybody may ask; the log has them. */
function reasonsAgainst({ denylist, storeHealth, clock }: ApiContext): string[] {
  const nowMs = clock.nowMs()
  const { mergeError, behindMs } = denylist.status()
  const reasons: string[] = []
  if (storeHealth.isFailing(nowMs)) {
    reasons.push('store: the journal does not take data, so reports are answered 503; the log says why')
  }
  if (mergeError !== undefined) {
    reasons.push(
      'store: the tables cannot be written; what was accepted is safe in the journal; the log says why',
    )
  }
  if (behindMs !== undefined) {
    const seconds = Math.round(behindMs / 1000)
    reasons.push(`store: the journal cannot be read; the lists are as they were ${seconds} s ago`)
  }
  return reasons
}
