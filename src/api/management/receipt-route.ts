import type { FastifyInstance, FastifyRequest } from 'fastify'
import { MANAGEMENT_PATHS, type ReceiptInfo } from '../../contract/index.ts'
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

async function findReceipt(
  { denylist }: ApiContext,
  request: FastifyRequest<ReceiptRoute>,
): Promise<ReceiptInfo> {
  const { id } = request.params
  const receipt = await denylist.findReceipt(admissionOf(request).grant.accountId, id)
  if (receipt === undefined) throw refuseUnknown('receipt-not-found', id)
  return {
    receipt_id: receipt.receiptId,
    kind: receipt.kind,
    received_at: receipt.receivedAtMs,
    taken: receipt.taken,
    folded: receipt.folded,
    skipped: { ...receipt.skipped },
  }
}
