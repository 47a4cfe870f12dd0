import type { Operation } from '../../../denylist/index.ts'
import { admissionOf } from '../../authenticate.ts'
import { refuse, refuseUnknown } from '../../refusal.ts'
import { type OperationOrigin, originOf, receiptPath, submitOperation } from '../../submit-operation.ts'
import { type ListCall, nowMsOf } from './list-call.ts'

type ListOperation = Extract<Operation, { readonly listId: string }>
type WithoutOrigin<Each> = Each extends ListOperation ? Omit<Each, keyof OperationOrigin> : never
/** An operation without what the request says of itself. */
export type ListDraft = WithoutOrigin<ListOperation>

/**
 * Takes a change of a list and prepares a 202; the change is in effect then, although the contract allows seconds.
 * @throws Refusal when the list or origin is not there, may not be changed so, or there would be too much on the lists
 */
export async function takeListOperation(call: ListCall, draft: ListDraft): Promise<void> {
  const origin = originOf(admissionOf(call.request).grant, nowMsOf(call))
  const receipt = await submitOperation(call.context, { ...origin, ...draft })
  const { skipped } = receipt
  if (skipped['over-limit'] !== undefined) {
    throw refuse('element-limit-exceeded', 'the account would have more on its lists than it may')
  }
  if (skipped['default-list'] !== undefined) {
    throw refuse('list-cannot-be-changed', 'every account has this list: it can only be emptied')
  }
  // elements to be taken off that are not there are no fault
  if (skipped.unknown !== undefined && draft.kind !== 'list-content') {
    throw refuseUnknown('resource-not-found', 'origin' in draft ? draft.origin : draft.listId)
  }
  void call.reply.code(202).header('location', receiptPath(receipt))
}
