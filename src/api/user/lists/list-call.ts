import type { FastifyReply, FastifyRequest } from 'fastify'
import type { PrivateList, PublicList } from '../../../denylist/index.ts'
import { admissionOf } from '../../authenticate.ts'
import type { ApiContext } from '../../context.ts'
import { refuseUnknown } from '../../refusal.ts'
import type { AnswerContext } from './list-answers.ts'
import type { ListKind, ListRoute } from './list-kind.ts'
import { listIdOf, resourceTypeOf } from './list-request.ts'

/** One request for lists on its way. */
export interface ListCall {
  readonly context: ApiContext
  readonly kind: ListKind
  readonly request: FastifyRequest<ListRoute>
  readonly reply: FastifyReply
}

/** Turns what answers a call into a handler of routes. */
export function answering(context: ApiContext, kind: ListKind) {
  return <Result>(answer: (call: ListCall) => Result) =>
    (request: FastifyRequest<ListRoute>, reply: FastifyReply): Result =>
      answer({ context, kind, request, reply })
}

/** The lists of the kind that the path names, or all, as `/all` and `/owned` do. @throws Refusal 422 */
export function wantedOf<List extends PrivateList | PublicList>(
  { kind, request }: ListCall,
  lists: readonly List[],
): readonly List[] {
  const { resource_type: text } = request.params
  const resourceType = text === undefined ? undefined : resourceTypeOf(text)
  return lists.filter(
    (list) =>
      list.listType === kind.listType && (resourceType === undefined || list.resourceType === resourceType),
  )
}

/** The path of the request, without its query. */
export function selfOf({ request }: ListCall): string {
  return request.url.split('?', 1)[0] ?? ''
}

export function accountIdOf({ request }: ListCall): number {
  return admissionOf(request).grant.accountId
}

export function nowMsOf({ context }: ListCall): number {
  return context.clock.nowMs()
}

export function answerContextOf(call: ListCall): AnswerContext {
  const { accountCreatedAtMs } = admissionOf(call.request).grant
  return { kind: call.kind, nowMs: nowMsOf(call), accountCreatedAtMs }
}

/** The private list of the path. @throws Refusal 404 or 422 */
export function privateListOf(call: ListCall): PrivateList {
  const { context, kind, request } = call
  const listId = listIdOf(request.params, kind)
  const list = context.denylist.lists.findPrivate(accountIdOf(call), listId, nowMsOf(call))
  if (list?.listType === kind.listType) return list
  throw refuseUnknown('resource-not-found', listId)
}

/** The public list of the path. @throws Refusal 404 or 422 */
export function publicListOf(call: ListCall): PublicList {
  const { context, kind, request } = call
  const listId = listIdOf(request.params, kind)
  const list = context.denylist.lists.findPublic(accountIdOf(call), listId, nowMsOf(call))
  if (list?.listType === kind.listType) return list
  throw refuseUnknown('resource-not-found', listId)
}
