import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { TEST_PATH } from '../../contract/index.ts'
import { admissionOf, requireKey, requireScope } from '../authenticate.ts'
import type { ApiContext } from '../context.ts'
import { idempotencyKeyOf } from '../idempotency-key.ts'
import { jsonBodyOf } from '../json-body.ts'
import { limitRate } from '../limit-rate.ts'
import { originOf, receiptPath, submitOperation } from '../submit-operation.ts'
import { isLegacyModule } from './legacy-module.ts'
import { type BuildOperation, REPORT_OPERATIONS } from './report-operations.ts'

/** The Report API; see docs/reference/report-api.md. */
export function addReportRoutes(app: FastifyInstance, context: ApiContext): void {
  const { clock, settings } = context
  const limited = limitRate({ clock, limit: settings.reportsPerMinute, what: 'requests' })
  const onRequest = [requireKey(context), requireScope('report'), limited]
  for (const [path, build] of Object.entries(REPORT_OPERATIONS)) {
    app.post(path, { onRequest }, (request, reply) => accept(context, build, { request, reply }))
  }
  app.route({
    method: ['GET', 'POST'],
    url: TEST_PATH,
    onRequest: requireKey(context),
    handler: () => ({}),
  })
}

/** Answers 202 with an empty body, and only once the operation is on stable storage and in effect. */
async function accept(
  context: ApiContext,
  build: BuildOperation,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): Promise<FastifyReply> {
  const operation = build({
    body: jsonBodyOf(request),
    origin: originOf(admissionOf(request).grant, context.clock.nowMs()),
    idempotencyKey: idempotencyKeyOf(request.headers['idempotency-key']),
    acceptPrivate: context.settings.privateAddresses === 'accept',
    isLegacy: isLegacyModule(request.headers['user-agent']),
  })
  const receipt = await submitOperation(context, operation)
  return reply.code(202).header('location', receiptPath(receipt)).send()
}
