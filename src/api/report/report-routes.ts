import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { limitsOf, MOST_LIST_ELEMENTS } from '../../accounts/index.ts'
import { TEST_PATH } from '../../contract/index.ts'
import { Turns } from '../../runtime/index.ts'
import { admissionOf, requireKey, requireScope } from '../authenticate.ts'
import type { ApiContext } from '../context.ts'
import { fittingRanges } from '../fitting-ranges.ts'
import { idempotencyKeyOf } from '../idempotency-key.ts'
import { jsonBodyOf } from '../json-body.ts'
import { limitRequests, type WindowsOf } from '../limit-requests.ts'
import { originOf, receiptPath, submitOperation } from '../submit-operation.ts'
import { isLegacyModule } from './legacy-module.ts'
import { type BuildOperation, REPORT_OPERATIONS } from './report-operations.ts'

/** Bytes of bodies that are parsed in one turn of the event loop: a report of a thousand addresses, a millisecond or two. */
const BYTES_A_TURN = 16_384

/** The Report API; see docs/reference/report-api.md. */
export function addReportRoutes(app: FastifyInstance, context: ApiContext): void {
  const limited = limitRequests(context, reportWindowsOf(context))
  const onRequest = [requireKey(context), requireScope('report'), limited]
  const turns = new Turns(BYTES_A_TURN)
  for (const [path, build] of Object.entries(REPORT_OPERATIONS)) {
    app.post(path, { onRequest }, async (request, reply) => {
      // many that arrive together would hold up all others for as long as all of them take
      await turns.admit(Buffer.isBuffer(request.body) ? request.body.length : 0)
      return await accept(context, build, { request, reply })
    })
  }
  app.route({
    method: ['GET', 'POST'],
    url: TEST_PATH,
    onRequest: requireKey(context),
    handler: () => ({}),
  })
}

const MINUTE_MS = 60_000

/** One count for all four operations of a key. */
function reportWindowsOf({ settings }: ApiContext): WindowsOf {
  return ({ accountId, keyId, plan }) => {
    const limit = Math.max(settings.reportsPerMinute, limitsOf(plan).reportsPerMinute ?? 0)
    return [{ name: 'minute', accountId, meter: 'report', subjectId: keyId, limit, lengthMs: MINUTE_MS }]
  }
}

/** Answers 202 with an empty body, and only once the operation is on stable storage and in effect. */
async function accept(
  context: ApiContext,
  build: BuildOperation,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): Promise<FastifyReply> {
  const { grant } = admissionOf(request)
  // whatever the plan: somebody innocent is not to stay blocked for its sake
  const room = { accountId: grant.accountId, most: MOST_LIST_ELEMENTS }
  const operation = build({
    body: jsonBodyOf(request),
    origin: originOf(grant, context.clock.nowMs()),
    idempotencyKey: idempotencyKeyOf(request),
    acceptPrivate: context.settings.privateAddresses === 'accept',
    fitting: (ranges) => fittingRanges(context, ranges, room),
    isLegacy: isLegacyModule(request.headers['user-agent']),
  })
  const receipt = await submitOperation(context, operation)
  return reply.code(202).header('location', receiptPath(receipt)).send()
}
