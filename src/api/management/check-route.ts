import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type CheckResult, MANAGEMENT_PATHS, USER_PATHS } from '../../contract/index.ts'
import { type Denylist, isProtectedClass, type ListType } from '../../denylist/index.ts'
import { reportedAddressOf } from '../../feed/index.ts'
import { type Address, classifyAddress } from '../../ip/index.ts'
import type { AdmissionHooks } from '../admission-hooks.ts'
import { admissionOf } from '../authenticate.ts'
import type { ApiContext } from '../context.ts'
import { type AddressParams, pathAddressOf } from '../path-address.ts'

interface CheckRoute {
  readonly Params: AddressParams
}

/** `GET /honeyjam/v1/check/ADDRESS`: whether the account blocks an address, and why or why not. */
export function addCheckRoute(app: FastifyInstance, context: ApiContext, reading: AdmissionHooks): void {
  app.get<CheckRoute>(`${MANAGEMENT_PATHS.check}/:ip_address`, reading, (request) => check(context, request))
}

function check(
  { denylist, enforcement, clock, settings }: ApiContext,
  request: FastifyRequest<CheckRoute>,
): CheckResult {
  const address = pathAddressOf(request.params)
  const { accountId } = admissionOf(request).grant
  const nowMs = clock.nowMs()
  const entry = denylist.findEntry(accountId, address, nowMs)
  const allowed = denylist.findAllowed(accountId, address, nowMs)
  const allowlists = holdingLists(denylist, 'ALLOW', { accountId, address, nowMs })
  const addressClass = classifyAddress(address)
  return {
    address,
    class: addressClass,
    protected:
      isProtectedClass(addressClass, settings.privateAddresses) ||
      denylist.findProtected(address, nowMs).length > 0,
    listed: entry !== undefined,
    allowed: allowlists.length > 0,
    allowlists,
    denylists: holdingLists(denylist, 'DENY', { accountId, address, nowMs }),
    enforced_by: [...enforcement.whereBlocked(accountId, address)],
    ...(entry && { entry: reportedAddressOf(entry) }),
    ...(allowed && {
      allowed_by: {
        range: allowed.range,
        ...(allowed.expiresAtMs !== undefined && { expiry: allowed.expiresAtMs }),
      },
    }),
  }
}

function holdingLists(
  { lists }: Denylist,
  listType: ListType,
  {
    accountId,
    address,
    nowMs,
  }: { readonly accountId: number; readonly address: Address; readonly nowMs: number },
) {
  const { privatePath, publicPath } = LIST_PATHS[listType]
  const query = { listType, address }
  return [
    ...lists.matchPrivate(accountId, query, nowMs).map((list) => holdingList(list, privatePath)),
    ...lists.matchPublic(accountId, query, nowMs).map((list) => holdingList(list, publicPath)),
  ]
}

function holdingList({ name, listId }: { readonly name: string; readonly listId: string }, path: string) {
  return { name, self: `${path}/${listId}` }
}

const LIST_PATHS = {
  DENY: { privatePath: USER_PATHS.privateDenylists, publicPath: USER_PATHS.publicDenylists },
  ALLOW: { privatePath: USER_PATHS.privateAllowlists, publicPath: USER_PATHS.publicAllowlists },
} as const
