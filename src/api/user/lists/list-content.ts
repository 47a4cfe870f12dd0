import type { FastifyReply } from 'fastify'
import { limitsOf } from '../../../accounts/index.ts'
import {
  type Fault,
  type ListContent,
  ListContentRequest,
  ListOriginRequest,
  MAX_ADDRESSES,
  PageQuery,
} from '../../../contract/index.ts'
import { type PrivateList, parseElement } from '../../../denylist/index.ts'
import { admissionOf } from '../../authenticate.ts'
import { checkBody, jsonBodyOf } from '../../json-body.ts'
import { checkQuery } from '../../query.ts'
import { refuse, refuseFaults } from '../../refusal.ts'
import { listContent } from './list-answers.ts'
import { accountIdOf, type ListCall, nowMsOf, privateListOf } from './list-call.ts'
import { checkPayload, expiresAtOf, originTextOf } from './list-request.ts'
import { refuseChange, takeListOperation } from './take-list-operation.ts'

/** Faults of one request; the rest would say the same. */
const MAX_FAULTS = 20

/** `GET .../private/ID/content`: a page of what is on the list. */
export async function showContent(call: ListCall): Promise<ListContent> {
  const list = privateListOf(call)
  const { page, page_size: count } = checkQuery(call.request, PageQuery)
  const elements = await call.context.denylist.lists.contentOf(
    { accountId: accountIdOf(call), listId: list.listId },
    { from: (page - 1) * count, count },
    nowMsOf(call),
  )
  return listContent(`${call.kind.privatePath}/${list.listId}/content`, list.resourceType, elements)
}

/** `PUT .../private/ID/content`: takes elements off the list and puts others on it, all or nothing. */
export async function changeContent(call: ListCall): Promise<FastifyReply> {
  const list = privateListOf(call)
  const body = jsonBodyOf(call.request)
  const { append = [], remove = [] } = checkPayload(body, ListContentRequest)
  if (append.length + remove.length > MAX_ADDRESSES) {
    const detail = `append and remove hold ${append.length + remove.length} elements; at most ${MAX_ADDRESSES} are allowed`
    throw refuse('ip-address-list-too-large', detail)
  }
  const faults: Fault[] = []
  const parsed = {
    append: elementsOf(call, list, { texts: append, field: 'append', faults }),
    remove: elementsOf(call, list, { texts: remove, field: 'remove', faults }),
  }
  if (faults.length > 0) throw refuseFaults(faults)
  const { listElements: maxElements } = limitsOf(admissionOf(call.request).grant.plan)
  const { listId } = list
  const change = { listId, ...parsed, maxElements }
  const ofAccount = { accountId: accountIdOf(call), ...change }
  const fault = call.context.denylist.lists.contentFault(ofAccount, nowMsOf(call))
  if (fault !== undefined) throw refuseChange(fault, listId)
  return await takeListOperation(call, { kind: 'list-content', ...change })
}

/** `DELETE .../private/ID/content` */
export async function emptyList(call: ListCall): Promise<FastifyReply> {
  const { listId } = privateListOf(call)
  return await takeListOperation(call, { kind: 'list-empty', listId })
}

/** `PUT .../private/ID/origin` */
export async function changeOrigin(call: ListCall): Promise<FastifyReply> {
  return await takeOrigin(call, privateListOf(call).listId)
}

/** Changes an origin of a list that is there. */
export async function takeOrigin(call: ListCall, listId: string): Promise<FastifyReply> {
  const { origin, status, ttl } = checkBody(jsonBodyOf(call.request), ListOriginRequest)
  const expiresAtMs = expiresAtOf({ ttl }, nowMsOf(call)) ?? undefined
  return await takeListOperation(call, {
    kind: 'list-origin',
    listId,
    origin: originTextOf(origin),
    status,
    ...(expiresAtMs !== undefined && { expiresAtMs }),
  })
}

const PURPOSES = { DENY: 'deny', ALLOW: 'allow' } as const

/** Canonical and each once. */
function elementsOf(
  { context, kind: { listType } }: ListCall,
  { resourceType }: PrivateList,
  {
    texts,
    field,
    faults,
  }: { readonly texts: readonly string[]; readonly field: 'append' | 'remove'; readonly faults: Fault[] },
): readonly string[] {
  const rules = {
    resourceType,
    purpose: field === 'remove' ? field : PURPOSES[listType],
    acceptPrivate: context.settings.privateAddresses === 'accept',
  }
  const elements = new Set<string>()
  for (const [index, text] of texts.entries()) {
    const parsed = parseElement(text, rules)
    if (parsed.kind === 'element') elements.add(parsed.element)
    else if (faults.length < MAX_FAULTS) {
      faults.push({ loc: ['body', field, index], msg: parsed.detail, type: 'value_error.element' })
    }
  }
  return [...elements]
}
