import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type CheckResult, MANAGEMENT_PATHS } from '../../contract/index.ts'
import { reportedAddressOf } from '../../feed/index.ts'
import { classifyAddress } from '../../ip/index.ts'
import { admissionOf } from '../authenticate.ts'
import type { ApiContext } from '../context.ts'
import { type AddressParams, pathAddressOf } from '../path-address.ts'
import type { AdmissionHooks } from './admission-hooks.ts'

interface CheckRoute {
  readonly Params: AddressParams
}

/** `GET /honeyjam/v1/check/ADDRESS`: whether the account blocks an address, and why or why not. */
export function addCheckRoute(app: FastifyInstance, context: ApiContext, reading: AdmissionHooks): void {
  app.get<CheckRoute>(`${MANAGEMENT_PATHS.check}/:ip_address`, reading, (request) => check(context, request))
}

function check({ denylist, clock }: ApiContext, request: FastifyRequest<CheckRoute>): CheckResult {
  const address = pathAddressOf(request.params)
  const { accountId } = admissionOf(request).grant
  const nowMs = clock.nowMs()
  const entry = denylist.findEntry(accountId, address, nowMs)
  const allowed = denylist.findAllowed(accountId, address, nowMs)
  return {
    address,
    class: classifyAddress(address),
    listed: entry !== undefined,
    allowed: allowed !== undefined,
    ...(entry && { entry: reportedAddressOf(entry) }),
    ...(allowed && {
      allowed_by: {
        range: allowed.range,
        ...(allowed.expiresAtMs !== undefined && { expiry: allowed.expiresAtMs }),
      },
    }),
  }
}
