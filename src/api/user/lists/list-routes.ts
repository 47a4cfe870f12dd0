import type { FastifyInstance } from 'fastify'
import type { ApiContext } from '../../context.ts'
import { LIST_KINDS, type ListHooks } from './list-kind.ts'
import { addPrivateListRoutes } from './private-list-routes.ts'
import { addPublicListRoutes } from './public-list-routes.ts'

/** Private and public denylists and allowlists. */
export function addListRoutes(app: FastifyInstance, context: ApiContext, hooks: ListHooks): void {
  for (const kind of LIST_KINDS) {
    addPrivateListRoutes(app, context, { kind, hooks })
    addPublicListRoutes(app, context, { kind, hooks })
  }
}
