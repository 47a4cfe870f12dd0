import type { FastifyInstance, FastifyRequest } from 'fastify'
import { LogQuery, USER_PATHS } from '../../contract/index.ts'
import { classifyAddress } from '../../ip/index.ts'
import type { AdmissionHooks } from '../admission-hooks.ts'
import type { ApiContext } from '../context.ts'
import { type AddressParams, pathAddressOf } from '../path-address.ts'
import { checkQuery } from '../query.ts'
import { refuse, refuseFaults, refuseUnknown } from '../refusal.ts'
import { checkDataset, checkNotInFuture } from './reported-filter.ts'

interface LogRoute {
  readonly Params: AddressParams & { readonly id: string }
}

/** `GET /v1/log/ip...`: when an address entered or left a dataset; nothing of it is kept yet. */
export function addLogRoutes(app: FastifyInstance, context: ApiContext, reading: AdmissionHooks): void {
  app.get<LogRoute>(`${USER_PATHS.log}/:ip_address`, reading, (request) => listLogs(context, request))
  app.get<LogRoute>(`${USER_PATHS.log}/id/:id`, reading, ({ params: { id } }) => {
    if (/^-?[0-9]{1,15}$/.test(id)) throw refuseUnknown('logchange-id-not-found', id)
    const msg = 'value is not a valid integer'
    throw refuseFaults([{ loc: ['path', 'logchange_id'], msg, type: 'type_error.integer' }])
  })
}

function listLogs({ clock, settings }: ApiContext, request: FastifyRequest<LogRoute>) {
  const address = pathAddressOf(request.params)
  const query = checkQuery(request, LogQuery)
  const addressClass = classifyAddress(address)
  if (addressClass !== 'public' && settings.privateAddresses !== 'accept') {
    throw refuse('ip-address-must-be-public', `${address} is ${addressClass}`)
  }
  checkDataset(query.dataset)
  checkNotInFuture('logged_after', query.logged_after, clock.nowMs())
  // the published schema requires `debug`, and says nothing of it
  return { self: `${USER_PATHS.log}/${address}`, logs: [], debug: {} }
}
