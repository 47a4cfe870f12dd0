import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ContentFault, Operation, Receipt } from '../../../denylist/index.ts'
import { admissionOf } from '../../authenticate.ts'
import type { ApiContext } from '../../context.ts'
import { idempotencyKeyOf } from '../../idempotency-key.ts'
import { Refusal, refuse, refuseUnknown } from '../../refusal.ts'
import { type OperationOrigin, originOf, receiptPath, submitOperation } from '../../submit-operation.ts'
import { accountIdOf, type ListCall, nowMsOf } from './list-call.ts'
import type { ListKind, ListRoute } from './list-kind.ts'

type ListOperation = Extract<Operation, { readonly listId: string }>
type WithoutOrigin<Each> = Each extends ListOperation ? Omit<Each, keyof OperationOrigin> : never
/** An operation without what the request says of itself. */
export type ListDraft = WithoutOrigin<ListOperation>

/**
 * Turns what changes a list into a handler of routes. With an `Idempotency-Key`, a request that was taken before is answered as
 * then: also where it could not be taken now, since the list is gone meanwhile or the time it names is over.
 */
export function changing(context: ApiContext, kind: ListKind) {
  return (change: (call: ListCall) => Promise<FastifyReply>) =>
    async (request: FastifyRequest<ListRoute>, reply: FastifyReply): Promise<FastifyReply> => {
      const call = { context, kind, request, reply }
      const idempotencyKey = idempotencyKeyOf(call.request)
      try {
        return await change(call)
      } catch (error) {
        // what is malformed now is not what was sent then
        const mayBeRepeat = error instanceof Refusal && error.status !== 422 && idempotencyKey !== undefined
        const earlier = mayBeRepeat ? await earlierReceipt(call) : undefined
        if (earlier === undefined || refusalOf(earlier, call.request.params.id) !== undefined) throw error
        return accept(call, earlier)
      }
    }
}

/** The receipt of an earlier request with the same key. */
export async function earlierReceipt(call: ListCall): Promise<Receipt | undefined> {
  const idempotencyKey = idempotencyKeyOf(call.request)
  if (idempotencyKey === undefined) return undefined
  const request = { accountId: accountIdOf(call), idempotencyKey, receivedAtMs: nowMsOf(call) }
  return await call.context.denylist.findReceiptByKey(request)
}

/**
 * Takes a change of a list and answers 202; the change is in effect then, although the contract allows seconds.
 * @throws Refusal when the list or origin is not there, may not be changed so, or there would be too much on the lists
 */
export async function takeListOperation(call: ListCall, draft: ListDraft): Promise<FastifyReply> {
  const origin = originOf(admissionOf(call.request).grant, nowMsOf(call))
  return await submitList(call, { ...origin, ...draft })
}

/**
 * The same for the making of a list, which has the id of its receipt: so the answer to a repeat names the list of the first.
 * @throws Refusal when there are too many lists
 */
export async function takeNewList(
  call: ListCall,
  draft: Omit<Extract<ListDraft, { readonly kind: 'list-create' }>, 'listId'>,
): Promise<FastifyReply> {
  const origin = originOf(admissionOf(call.request).grant, nowMsOf(call))
  return await submitList(call, { ...origin, ...draft, listId: origin.receiptId })
}

async function submitList(call: ListCall, operation: ListOperation): Promise<FastifyReply> {
  const idempotencyKey = idempotencyKeyOf(call.request)
  const receipt = await submitOperation(call.context, {
    ...operation,
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  })
  const refusal = refusalOf(receipt, 'origin' in operation ? operation.origin : operation.listId)
  if (refusal !== undefined) throw refusal
  return accept(call, receipt)
}

/** @param named what is not there, when something is not */
function refusalOf({ kind, skipped }: Receipt, named: string): Refusal | undefined {
  if (skipped['over-limit'] !== undefined) return refuseChange('over-limit', named)
  if (skipped['default-list'] !== undefined) return refuseChange('default-list', named)
  // elements to be taken off that are not there are no fault
  if (skipped.unknown === undefined || kind === 'list-content') return undefined
  return refuseChange('unknown', named)
}

/**
 * The refusal of a change. What is known to be in vain is refused before it is taken: it would stand in the history.
 * @param named what is not there
 */
export function refuseChange(fault: ContentFault, named: string): Refusal {
  if (fault === 'unknown') return refuseUnknown('resource-not-found', named)
  return fault === 'over-limit'
    ? refuse('element-limit-exceeded', 'the account would have more on its lists than it may')
    : refuse('list-cannot-be-changed', 'every account has this list: it can only be emptied')
}

/** Answers 202 as a change that was taken is answered, now or earlier. */
export function accept({ reply }: ListCall, receipt: Receipt): FastifyReply {
  void reply.code(202).header('location', receiptPath(receipt))
  if (receipt.kind !== 'list-create') return reply.send()
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(receipt.receiptId))
}
