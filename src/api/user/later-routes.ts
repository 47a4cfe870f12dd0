import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import { LATER_OPERATIONS } from '../../contract/index.ts'
import { refuse } from '../refusal.ts'

/** Operations that are known and not served are told apart from paths that are not there. */
export function addLaterRoutes(app: FastifyInstance, onRequest: onRequestHookHandler[]): void {
  for (const [method, path] of LATER_OPERATIONS) {
    let parameters = 0
    const url = path.replace(/\{[^}]+\}/g, () => `:part${parameters++}`)
    app.route({
      method,
      url,
      onRequest,
      handler: () => {
        throw refuse('not-implemented', `${method} ${path} is not served here`)
      },
    })
  }
}
