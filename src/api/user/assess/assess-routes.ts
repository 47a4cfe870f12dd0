import type { FastifyInstance, FastifyRequest } from 'fastify'
import {
  AssessCsvQuery,
  type AssessmentInfo,
  type AssessmentList,
  USER_PATHS,
} from '../../../contract/index.ts'
import { assessAddress, type ScoreFactor } from '../../../denylist/index.ts'
import { type Address, classifyAddress, isNeverSource } from '../../../ip/index.ts'
import type { AdmissionHooks } from '../../admission-hooks.ts'
import { admissionOf } from '../../authenticate.ts'
import type { ApiContext } from '../../context.ts'
import { jsonBodyOf } from '../../json-body.ts'
import { mapInTurns } from '../../map-in-turns.ts'
import { type AddressParams, pathAddressOf } from '../../path-address.ts'
import { checkQuery } from '../../query.ts'
import { refuse } from '../../refusal.ts'
import { addressBatchOf } from './address-batch.ts'
import { assessmentInfo } from './assessment-info.ts'
import { addressesOfCsv } from './csv-addresses.ts'
import { csvFileOf } from './csv-upload.ts'

interface AddressRoute {
  readonly Params: AddressParams
}

/** Older examples of Threat Jammer are spelt so. */
const OLD_SPELLING = '/v1/asses/ip'
/** Sources, AS, prefixes and datacenters, once there are data about them. */
const FACTORS: readonly ScoreFactor[] = []

/** What is thought of addresses; see docs/reference/user-api.md. */
export function addAssessRoutes(app: FastifyInstance, context: ApiContext, reading: AdmissionHooks): void {
  for (const path of [USER_PATHS.assess, OLD_SPELLING]) {
    app.get<AddressRoute>(`${path}/:ip_address`, reading, (request) => assessOne(context, request))
    app.post(path, reading, (request) => assessBatch(context, request))
    app.post(`${path}/csv`, reading, (request) => assessCsv(context, request))
  }
}

function assessOne(context: ApiContext, request: FastifyRequest<AddressRoute>): AssessmentInfo {
  const address = pathAddressOf(request.params)
  if (isAssessed(context, address)) return assess(context, request, address)
  throw refuse('ip-address-must-be-public', `${address} is ${classifyAddress(address)}`)
}

async function assessBatch(context: ApiContext, request: FastifyRequest): Promise<AssessmentList> {
  const addresses = addressBatchOf(jsonBodyOf(request))
  return { self: USER_PATHS.assess, results: await assessAll(context, request, addresses) }
}

async function assessCsv(context: ApiContext, request: FastifyRequest): Promise<AssessmentList> {
  const { strict_parse: isStrict } = checkQuery(request, AssessCsvQuery)
  const addresses = addressesOfCsv(await csvFileOf(request), { isStrict })
  return { self: USER_PATHS.assessCsv, results: await assessAll(context, request, addresses) }
}

/** Leaves out what is not public. */
async function assessAll(
  context: ApiContext,
  request: FastifyRequest,
  addresses: readonly Address[],
): Promise<AssessmentInfo[]> {
  const assessed = addresses.filter((address) => isAssessed(context, address))
  return await mapInTurns(assessed, (address) => assess(context, request, address))
}

function isAssessed({ settings }: ApiContext, address: Address): boolean {
  const addressClass = classifyAddress(address)
  return addressClass === 'public' || (settings.privateAddresses === 'accept' && !isNeverSource(addressClass))
}

function assess({ denylist, clock }: ApiContext, request: FastifyRequest, address: Address): AssessmentInfo {
  const { accountId } = admissionOf(request).grant
  const options = { denylist, factors: FACTORS, accountId, nowMs: clock.nowMs() }
  return assessmentInfo(address, assessAddress(address, options))
}
