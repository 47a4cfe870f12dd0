import type { FastifyInstance, FastifyRequest } from 'fastify'
import { USER_PATHS } from '../../contract/index.ts'
import { admissionOf, requireKey, requireScope } from '../authenticate.ts'
import type { ApiContext } from '../context.ts'
import { addActivityRoute } from './activity-route.ts'
import { addAssessRoutes } from './assess/assess-routes.ts'
import { addDatasetRoutes } from './dataset-routes.ts'
import { addLaterRoutes } from './later-routes.ts'
import { addListRoutes } from './lists/list-routes.ts'
import { addLogRoutes } from './log-routes.ts'
import { addReportedRoutes } from './reported-routes.ts'
import { addSourceRoutes } from './source-routes.ts'
import { tokenInfoOf } from './token-info.ts'
import { UserRequests } from './user-requests.ts'

/** What is served of the User API. A request counts when its key may send it; what becomes of it then does not matter. */
export function addUserRoutes(app: FastifyInstance, context: ApiContext): void {
  const requests = new UserRequests(context)
  const key = requireKey(context)
  const counted = requests.hooks()
  const onRequest = [key, ...counted]
  const reading = { onRequest: [key, requireScope('read'), ...counted] }
  const managing = { onRequest: [key, requireScope('manage'), ...counted] }
  addReportedRoutes(app, context, { reading, managing })
  addListRoutes(app, context, { reading, managing })
  addAssessRoutes(app, context, reading)
  addDatasetRoutes(app, context, reading)
  addSourceRoutes(app, reading)
  addLogRoutes(app, context, reading)
  addActivityRoute(app, context, { onRequest })
  addLaterRoutes(app, onRequest)
  app.get(USER_PATHS.token, { onRequest }, (request) => showToken(request, context, requests))
}

async function showToken(request: FastifyRequest, { settings, clock }: ApiContext, requests: UserRequests) {
  const admission = admissionOf(request)
  const states = await requests.statesOf(admission.grant)
  return tokenInfoOf(admission, states, { regionId: settings.regionId, nowMs: clock.nowMs() })
}
