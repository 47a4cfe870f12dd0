import type { FastifyInstance } from 'fastify'
import { requireKey, requireScope } from '../authenticate.ts'
import type { ApiContext } from '../context.ts'
import { addAccountRoutes } from './account-routes.ts'
import { addAllowlistRoutes } from './allowlist-routes.ts'
import { addBanRoutes } from './ban-routes.ts'
import { addCheckRoute } from './check-route.ts'
import { addDecisionsRoutes } from './decisions/decisions-route.ts'
import { addEnforcerRoutes } from './enforcer-routes.ts'
import { addHistoryRoute } from './history-route.ts'
import { addInvitationRoutes } from './invitation-routes.ts'
import { addKeyRoutes } from './key-routes.ts'
import { addProtectionRoutes } from './protection-routes.ts'
import { addReceiptRoute } from './receipt-route.ts'
import { addSensorRoutes } from './sensor-routes.ts'
import { addSignUpRoute } from './sign-up-route.ts'

/** honeyjam's own operations; see docs/reference/management-api.md. */
export function addManagementRoutes(app: FastifyInstance, context: ApiContext): void {
  const key = requireKey(context)
  const managing = { onRequest: [key, requireScope('manage')] }
  const reading = { onRequest: [key, requireScope('read')] }
  const reporting = { onRequest: [key, requireScope('report')] }
  addBanRoutes(app, context, managing)
  addAllowlistRoutes(app, context, { managing, reading })
  addCheckRoute(app, context, reading)
  addDecisionsRoutes(app, context, { onRequest: [key, requireScope('enforce', 'read')] })
  const administering = { onRequest: [key, requireScope('admin')] }
  addAccountRoutes(app, context, administering)
  addProtectionRoutes(app, context, administering)
  addInvitationRoutes(app, context, administering)
  addSignUpRoute(app, context)
  addKeyRoutes(app, context, { managing, administering })
  addHistoryRoute(app, context, reading)
  addSensorRoutes(app, context, { reporting, reading })
  addEnforcerRoutes(app, context, { enforcing: { onRequest: [key, requireScope('enforce')] }, reading })
  // a reporter may read what became of its own reports
  addReceiptRoute(app, context, { onRequest: [key, requireScope('read', 'report')] })
}
