import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Activity } from '../../activity/index.ts'
import { type ActivityInfo, type ActivityList, PageQuery, USER_PATHS } from '../../contract/index.ts'
import type { AdmissionHooks } from '../admission-hooks.ts'
import { admissionOf } from '../authenticate.ts'
import type { ApiContext } from '../context.ts'
import { checkQuery } from '../query.ts'

/** `GET /v1/token/activity`: what was done with the key in use. */
export function addActivityRoute(app: FastifyInstance, context: ApiContext, hooks: AdmissionHooks): void {
  app.get(USER_PATHS.activity, hooks, (request) => listActivities(context, request))
}

async function listActivities({ activity }: ApiContext, request: FastifyRequest): Promise<ActivityList> {
  const { page, page_size } = checkQuery(request, PageQuery)
  const { accountId, keyId } = admissionOf(request).grant
  const activities = await activity.list({ accountId, keyId }, { page, pageSize: page_size })
  return { self: USER_PATHS.activity, page, page_size, activities: activities.map(activityInfoOf) }
}

function activityInfoOf(activity: Activity): ActivityInfo {
  const { activityId, method, uri, status, receiptId } = activity
  return {
    self: `${USER_PATHS.activity}/${activityId}`,
    event: eventOf(status),
    description: `${method} ${uri.replace(/\?.*$/s, '')} was answered ${status}`,
    data: receiptId === '' ? {} : { receipt: receiptId },
    created_at: activity.atMs,
    source: {
      address: activity.address,
      ua_string: activity.userAgent,
      status_code: status,
      uri,
      body: activity.body,
      method,
    },
  }
}

function eventOf(status: number): ActivityInfo['event'] {
  if (status < 400) return 'REQUEST_TAKEN'
  return status < 500 ? 'REQUEST_REFUSED' : 'REQUEST_FAILED'
}
