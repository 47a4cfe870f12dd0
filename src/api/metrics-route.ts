import type { FastifyInstance } from 'fastify'
import { Registry } from 'prom-client'
import { METRICS_PATH } from '../contract/index.ts'
import { requireKey, requireScope } from './authenticate.ts'
import type { ApiContext } from './context.ts'
import { readStates } from './service-states.ts'

/** `GET /metrics`: of the whole installation, so for keys with the scope `admin`. See docs/reference/metrics.md. */
export function addMetricsRoute(app: FastifyInstance, context: ApiContext): void {
  const onRequest = [requireKey(context), requireScope('admin')]
  app.get(METRICS_PATH, { onRequest }, async (_request, reply) => {
    const text = await context.metrics.render(readStates(context))
    return await reply.type(Registry.PROMETHEUS_CONTENT_TYPE).send(text)
  })
}
