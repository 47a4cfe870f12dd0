import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ReportedQuery, USER_PATHS } from '../../contract/index.ts'
import { FEED_FORMATS, reportedAddressOf } from '../../feed/index.ts'
import { wordsOf } from '../../ip/index.ts'
import type { AdmissionHooks } from '../admission-hooks.ts'
import { admissionOf } from '../authenticate.ts'
import type { ApiContext } from '../context.ts'
import { type AddressParams, pathAddressOf } from '../path-address.ts'
import { checkQuery } from '../query.ts'
import { refuse, refuseUnknown } from '../refusal.ts'
import { originOf, submitOperation } from '../submit-operation.ts'
import { reportedFilterOf } from './reported-filter.ts'
import { streamText } from './stream-text.ts'

const ADDRESS_PATH = `${USER_PATHS.reported}/:ip_address`

interface AddressRoute {
  readonly Params: AddressParams
}

/** The reported denylist of the account; see docs/reference/user-api.md. */
export function addReportedRoutes(
  app: FastifyInstance,
  context: ApiContext,
  { reading, managing }: { readonly reading: AdmissionHooks; readonly managing: AdmissionHooks },
): void {
  app.get(USER_PATHS.reported, reading, (request, reply) => sendList(context, request, reply))
  app.get<AddressRoute>(ADDRESS_PATH, reading, (request) => reportedAddressOf(findEntry(context, request)))
  app.delete(USER_PATHS.allReported, managing, (request, reply) => removeAll(context, request, reply))
  app.delete<AddressRoute>(ADDRESS_PATH, managing, (request, reply) => removeOne(context, request, reply))
}

function sendList(
  { denylist, clock }: ApiContext,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const nowMs = clock.nowMs()
  const query = checkQuery(request, ReportedQuery)
  const { output_format: formatName, ip_protocol_version: protocol } = query
  const format = FEED_FORMATS[formatName]
  const filter = reportedFilterOf(query, nowMs)
  if (format.isSingleProtocol && protocol === 'ALL') {
    const detail = `${formatName} holds one protocol: send ip_protocol_version=IPV4 or IPV6`
    throw refuse('combined-ip-protocol-not-supported', detail)
  }
  const entries = denylist.listEntries(admissionOf(request).grant.accountId, filter, nowMs)
  return reply.type(format.mediaType).send(streamText(format.render(entries, { protocol })))
}

function findEntry({ denylist, clock }: ApiContext, request: FastifyRequest<AddressRoute>) {
  const address = pathAddressOf(request.params)
  const entry = denylist.findEntry(admissionOf(request).grant.accountId, address, clock.nowMs())
  if (entry === undefined) throw refuseUnknown('reported-ip-address-not-found', address)
  return entry
}

async function removeOne(
  context: ApiContext,
  request: FastifyRequest<AddressRoute>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { address } = findEntry(context, request)
  const origin = originOf(admissionOf(request).grant, context.clock.nowMs())
  await submitOperation(context, { kind: 'remove', ...origin, addresses: wordsOf(address) })
  return reply.code(204).send()
}

async function removeAll(
  context: ApiContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const origin = originOf(admissionOf(request).grant, context.clock.nowMs())
  await submitOperation(context, { kind: 'remove', ...origin, addresses: 'all' })
  return reply.code(204).send()
}
