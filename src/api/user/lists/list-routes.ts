import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import { requireScope } from '../../authenticate.ts'
import type { ApiContext } from '../../context.ts'
import { LIST_KINDS } from './list-kind.ts'
import { addPrivateListRoutes } from './private-list-routes.ts'
import { addPublicListRoutes } from './public-list-routes.ts'

/** Private and public denylists and allowlists. */
export function addListRoutes(
  app: FastifyInstance,
  context: ApiContext,
  onRequest: readonly onRequestHookHandler[],
): void {
  const hooks = {
    reading: { onRequest: [...onRequest, requireScope('read')] },
    managing: { onRequest: [...onRequest, requireScope('manage')] },
  }
  for (const kind of LIST_KINDS) {
    addPrivateListRoutes(app, context, { kind, hooks })
    addPublicListRoutes(app, context, { kind, hooks })
  }
}
