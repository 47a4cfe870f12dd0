import type { FastifyInstance, FastifyRequest } from 'fastify'
import {
  type AddressHistoryInfo,
  type HistoryEventInfo,
  MANAGEMENT_PATHS,
  PageQuery,
} from '../../contract/index.ts'
import type { HistoryLine } from '../../denylist/index.ts'
import type { AdmissionHooks } from '../admission-hooks.ts'
import { admissionOf } from '../authenticate.ts'
import type { ApiContext } from '../context.ts'
import { type AddressParams, pathAddressOf } from '../path-address.ts'
import { checkQuery } from '../query.ts'

interface HistoryRoute {
  readonly Params: AddressParams
}

/** Ranges of one event that are shown. */
const MAX_RANGES = 10

/** `GET /honeyjam/v1/history/ADDRESS`: who reported an address with which key, and what became of it. */
export function addHistoryRoute(app: FastifyInstance, context: ApiContext, reading: AdmissionHooks): void {
  app.get<HistoryRoute>(`${MANAGEMENT_PATHS.history}/:ip_address`, reading, (request) =>
    showHistory(context, request),
  )
}

async function showHistory(
  context: ApiContext,
  request: FastifyRequest<HistoryRoute>,
): Promise<AddressHistoryInfo> {
  const address = pathAddressOf(request.params)
  const { page, page_size } = checkQuery(request, PageQuery)
  const { accountId } = admissionOf(request).grant
  const { lines, isCut } = await context.denylist.findHistory(accountId, address, context.clock.nowMs())
  const eventOf = describer(context, accountId)
  return {
    address,
    page,
    page_size,
    total: lines.length,
    is_cut: isCut,
    events: lines.slice((page - 1) * page_size, page * page_size).map(eventOf),
  }
}

function describer({ accounts, denylist, clock }: ApiContext, accountId: number) {
  const nameByKey = new Map(accounts.listKeys(accountId).map(({ keyId, name }) => [keyId, name]))
  return ({ what, effect, atMs, expiresAtMs, dataset, event }: HistoryLine): HistoryEventInfo => {
    const { detail, keyId, receiptId, observedAtMs = detail.observedAtMs } = event
    const ranges = [...(detail.ranges ?? []), ...(detail.append ?? []), ...(detail.remove ?? [])]
    const { listId } = detail
    const list =
      listId === undefined ? undefined : denylist.lists.findPrivate(accountId, listId, clock.nowMs())
    const base = {
      event: what,
      effect,
      at: atMs,
      ...(expiresAtMs !== undefined && { expiry: expiresAtMs }),
      ...(dataset !== undefined && { dataset }),
    }
    // what ran out was asked for by nobody
    if (what === 'expired') return base
    return {
      ...base,
      ...(what === 'reported' && { tags: [...(detail.tags ?? [])] }),
      ...(what === 'reported' && detail.ttlSeconds !== undefined && { ttl: detail.ttlSeconds }),
      ...(observedAtMs !== undefined && { observed_at: observedAtMs }),
      ...(ranges.length > 0 && { ranges: ranges.slice(0, MAX_RANGES) }),
      ...(listId !== undefined && { list: { id: listId, name: list?.name ?? null } }),
      key_id: keyId,
      key_name: nameByKey.get(keyId) ?? null,
      receipt_id: receiptId,
    }
  }
}
