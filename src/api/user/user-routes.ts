import type { FastifyInstance, onRequestHookHandler } from 'fastify'
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
import { RequestCounts } from './request-counts.ts'
import { addSourceRoutes } from './source-routes.ts'
import { tokenInfoOf } from './token-info.ts'

/** What is served of the User API; every request with a valid key counts, also one that is refused later. */
export function addUserRoutes(app: FastifyInstance, context: ApiContext): void {
  const counts = new RequestCounts()
  const onRequest = [requireKey(context), countRequest(context, counts)]
  const reading = { onRequest: [...onRequest, requireScope('read')] }
  const managing = { onRequest: [...onRequest, requireScope('manage')] }
  addReportedRoutes(app, context, { reading, managing })
  addListRoutes(app, context, { reading, managing })
  addAssessRoutes(app, context, reading)
  addDatasetRoutes(app, context, reading)
  addSourceRoutes(app, reading)
  addLogRoutes(app, context, reading)
  addActivityRoute(app, context, { onRequest })
  addLaterRoutes(app, onRequest)
  app.get(USER_PATHS.token, { onRequest }, (request) => {
    const admission = admissionOf(request)
    const nowMs = context.clock.nowMs()
    const { keyId, keyCreatedAtMs } = admission.grant
    const count = counts.countOf(keyId, keyCreatedAtMs, nowMs)
    return tokenInfoOf(admission, count, { regionId: context.settings.regionId, nowMs })
  })
}

function countRequest({ clock }: ApiContext, counts: RequestCounts): onRequestHookHandler {
  return (request, _reply, done) => {
    const { keyId, keyCreatedAtMs } = admissionOf(request).grant
    counts.count(keyId, keyCreatedAtMs, clock.nowMs())
    done()
  }
}
