import type { FastifyInstance, FastifyRequest } from 'fastify'
import { MANAGEMENT_PATHS, type ReceiptInfo, USER_PATHS } from '../../contract/index.ts'
import type { Receipt } from '../../denylist/index.ts'
import type { AdmissionHooks } from '../admission-hooks.ts'
import { admissionOf } from '../authenticate.ts'
import type { ApiContext } from '../context.ts'
import { refuseUnknown } from '../refusal.ts'

interface ReceiptRoute {
  readonly Params: { readonly id: string }
}

/** `GET /honeyjam/v1/receipts/ID`: what became of one request. */
export function addReceiptRoute(app: FastifyInstance, context: ApiContext, hooks: AdmissionHooks): void {
  app.get<ReceiptRoute>(`${MANAGEMENT_PATHS.receipts}/:id`, hooks, (request) => findReceipt(context, request))
}

async function findReceipt(context: ApiContext, request: FastifyRequest<ReceiptRoute>): Promise<ReceiptInfo> {
  const { id } = request.params
  const receipt = await context.denylist.findReceipt(admissionOf(request).grant.accountId, id)
  if (receipt === undefined) throw refuseUnknown('receipt-not-found', id)
  return {
    receipt_id: receipt.receiptId,
    kind: receipt.kind,
    received_at: receipt.receivedAtMs,
    taken: receipt.taken,
    folded: receipt.folded,
    skipped: { ...receipt.skipped },
    lists: listsOf(context, receipt),
    enforced_by: whereDone(context, receipt),
  }
}

/** None where it is not known how far a firewall must be: of receipts that were written before positions stood in them. */
function whereDone(
  { enforcement }: ApiContext,
  { accountId, position }: Receipt,
): ReceiptInfo['enforced_by'] {
  return position === undefined ? [] : [...enforcement.whereDone(accountId, position)]
}

/** The list a request changed, under its present name; none when it changed none, or the list is gone. */
function listsOf({ denylist, clock }: ApiContext, { accountId, listId }: Receipt): ReceiptInfo['lists'] {
  if (listId === undefined) return []
  const nowMs = clock.nowMs()
  const owned = denylist.lists.findPrivate(accountId, listId, nowMs)
  const list = owned ?? denylist.lists.findPublic(accountId, listId, nowMs)
  if (list === undefined) return []
  const paths = owned === undefined ? PUBLIC_PATHS : PRIVATE_PATHS
  return [{ name: list.name, self: `${paths[list.listType]}/${listId}` }]
}

const PRIVATE_PATHS = { DENY: USER_PATHS.privateDenylists, ALLOW: USER_PATHS.privateAllowlists } as const
const PUBLIC_PATHS = { DENY: USER_PATHS.publicDenylists, ALLOW: USER_PATHS.publicAllowlists } as const
