import type { FastifyInstance, FastifyRequest } from 'fastify'
import {
  type LogChange,
  type LogChangeList,
  LogQuery,
  TIME_RANGES,
  USER_PATHS,
} from '../../contract/index.ts'
import type { HistoryLine } from '../../denylist/index.ts'
import { type Address, classifyAddress, isIpv4 } from '../../ip/index.ts'
import type { AdmissionHooks } from '../admission-hooks.ts'
import { admissionOf } from '../authenticate.ts'
import type { ApiContext } from '../context.ts'
import { type AddressParams, pathAddressOf } from '../path-address.ts'
import { checkQuery } from '../query.ts'
import { refuse, refuseFaults, refuseUnknown } from '../refusal.ts'
import { changeIdOf, changePlaceOf } from './change-id.ts'
import { checkDataset, checkNotInFuture } from './reported-filter.ts'

interface LogRoute {
  readonly Params: AddressParams
}

interface ChangeRoute {
  readonly Params: { readonly id: string }
}

/** `GET /v1/log/ip...`: when an address came on the reported list of the account, and when it left it. */
export function addLogRoutes(app: FastifyInstance, context: ApiContext, reading: AdmissionHooks): void {
  app.get<LogRoute>(`${USER_PATHS.log}/:ip_address`, reading, (request) => listChanges(context, request))
  app.get<ChangeRoute>(`${USER_PATHS.log}/id/:id`, reading, (request) => findChange(context, request))
}

async function listChanges(context: ApiContext, request: FastifyRequest<LogRoute>): Promise<LogChangeList> {
  const { clock, settings } = context
  const address = pathAddressOf(request.params)
  const query = checkQuery(request, LogQuery)
  const addressClass = classifyAddress(address)
  if (addressClass !== 'public' && settings.privateAddresses !== 'accept') {
    throw refuse('ip-address-must-be-public', `${address} is ${addressClass}`)
  }
  checkDataset(query.dataset)
  checkNotInFuture('logged_after', query.logged_after, clock.nowMs())
  const { dataset, logged_after: afterMs = Number.NEGATIVE_INFINITY } = query
  const changes = await changesOf(context, request, address)
  const wanted = changes.filter(
    (line) => line.atMs > afterMs && (dataset === undefined || line.dataset === dataset),
  )
  return {
    self: `${USER_PATHS.log}/${address}`,
    logs: wanted.map((line) => logChangeOf(address, line)),
    // the published schema requires it, and says nothing of it
    debug: {},
  }
}

async function findChange(context: ApiContext, request: FastifyRequest<ChangeRoute>): Promise<LogChange> {
  const { id } = request.params
  if (!/^-?[0-9]{1,16}$/.test(id)) {
    const msg = 'value is not a valid integer'
    throw refuseFaults([{ loc: ['path', 'logchange_id'], msg, type: 'type_error.integer' }])
  }
  const place = changePlaceOf(Number(id))
  const { accountId } = admissionOf(request).grant
  const address =
    place === undefined ? undefined : await context.denylist.findHistoryAddress({ accountId, ...place })
  const changes = address === undefined ? [] : await changesOf(context, request, address)
  const line = changes.find((change) => changeIdOf(change) === Number(id))
  if (address === undefined || line === undefined) throw refuseUnknown('logchange-id-not-found', id)
  return logChangeOf(address, line)
}

/** Newest first. */
async function changesOf(
  { denylist, clock }: ApiContext,
  request: FastifyRequest,
  address: Address,
): Promise<readonly HistoryLine[]> {
  const { accountId } = admissionOf(request).grant
  const { lines } = await denylist.findHistory(accountId, address, clock.nowMs())
  // private lists are no datasets
  return lines.filter(
    ({ what, effect }) =>
      (effect === 'entered' || effect === 'left') && what !== 'listed' && what !== 'unlisted',
  )
}

function logChangeOf(address: Address, line: HistoryLine): LogChange {
  const { what, effect, atMs, dataset } = line
  const isAdded = effect === 'entered'
  return {
    self: `${USER_PATHS.log}/id/${changeIdOf(line)}`,
    cidr: `${address}/${isIpv4(address) ? 32 : 128}`,
    ...(isAdded ? LISTED : standingAfter(what)),
    dataset: dataset === undefined ? '' : `${USER_PATHS.datasets}/${dataset}`,
    source: '',
    lapse: isAdded ? lapseOf(line) : '1H',
    action: isAdded ? 'ADD' : 'DELETE',
    timestamp: atMs,
    debug: {},
  }
}

/** What an assessment by the lists alone said at that time. */
const LISTED = { score: 99, risk: 'HIGH' } as const
const ALLOWED = { score: 0, risk: 'LOW' } as const
const UNKNOWN = { score: 1, risk: 'UNKNOWN' } as const

function standingAfter(what: HistoryLine['what']) {
  return what === 'allowed' ? ALLOWED : UNKNOWN
}

const HOUR_MS = 3_600_000
const UNIT_MS = { H: HOUR_MS, D: 24 * HOUR_MS } as const

/** The shortest time range that reaches from the sighting to its report. */
function lapseOf({ event }: HistoryLine): LogChange['lapse'] {
  const observedAtMs = event.observedAtMs ?? event.detail.observedAtMs ?? event.receivedAtMs
  const spanMs = event.receivedAtMs - observedAtMs
  return TIME_RANGES.find((range) => spanMs <= rangeMs(range)) ?? '365D'
}

function rangeMs(range: LogChange['lapse']): number {
  return Number(range.slice(0, -1)) * (range.endsWith('H') ? UNIT_MS.H : UNIT_MS.D)
}
