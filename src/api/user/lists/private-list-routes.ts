import type { FastifyInstance, FastifyReply } from 'fastify'
import { CreateListRequest, type ListsOfAddress, UpdateListRequest } from '../../../contract/index.ts'
import type { PrivateList } from '../../../denylist/index.ts'
import { reportedAddressOf } from '../../../feed/index.ts'
import type { ApiContext } from '../../context.ts'
import { jsonBodyOf } from '../../json-body.ts'
import { pathAddressOf } from '../../path-address.ts'
import { listsOfAddress, privateListInfo } from './list-answers.ts'
import {
  accountIdOf,
  answerContextOf,
  answering,
  type ListCall,
  nowMsOf,
  privateListOf,
  selfOf,
  wantedOf,
} from './list-call.ts'
import { changeContent, changeOrigin, emptyList, showContent } from './list-content.ts'
import type { ListHooks, ListKind, ListRoute } from './list-kind.ts'
import { MAX_LISTS } from './list-limits.ts'
import { checkPayload, expiresAtOf } from './list-request.ts'
import { changing, refuseChange, takeListOperation, takeNewList } from './take-list-operation.ts'

/** The eleven operations on private lists; see docs/reference/user-api.md. */
export function addPrivateListRoutes(
  app: FastifyInstance,
  context: ApiContext,
  { kind, hooks: { reading, managing } }: { readonly kind: ListKind; readonly hooks: ListHooks },
): void {
  const path = kind.privatePath
  const answer = answering(context, kind)
  const change = changing(context, kind)
  app.post<ListRoute>(path, managing, change(createList))
  app.get<ListRoute>(`${path}/all`, reading, answer(showLists))
  app.get<ListRoute>(`${path}/all/:resource_type`, reading, answer(showLists))
  app.get<ListRoute>(`${path}/ip/:address`, reading, answer(showListsOfAddress))
  app.get<ListRoute>(`${path}/:id`, reading, answer(showList))
  app.put<ListRoute>(`${path}/:id`, managing, change(updateList))
  app.delete<ListRoute>(`${path}/:id`, managing, change(deleteList))
  app.get<ListRoute>(`${path}/:id/content`, reading, answer(showContent))
  app.put<ListRoute>(`${path}/:id/content`, managing, change(changeContent))
  app.delete<ListRoute>(`${path}/:id/content`, managing, change(emptyList))
  app.put<ListRoute>(`${path}/:id/origin`, managing, change(changeOrigin))
}

async function createList(call: ListCall): Promise<FastifyReply> {
  const body = checkPayload(jsonBodyOf(call.request), CreateListRequest)
  const expiresAtMs = expiresAtOf(body, nowMsOf(call)) ?? undefined
  return await takeNewList(call, {
    kind: 'list-create',
    listType: call.kind.listType,
    resourceType: body.resource_type,
    name: body.name,
    description: body.description,
    tags: body.tags,
    ...(expiresAtMs !== undefined && { expiresAtMs }),
    maxLists: MAX_LISTS,
  })
}

function showLists(call: ListCall) {
  const lists = call.context.denylist.lists.listPrivate(accountIdOf(call), nowMsOf(call))
  const wanted = wantedOf(call, lists)
  return { self: selfOf(call), lists: wanted.map((list) => privateListInfo(list, answerContextOf(call))) }
}

function showListsOfAddress(call: ListCall): ListsOfAddress {
  const { context, kind, request } = call
  const address = pathAddressOf({ ip_address: request.params.address })
  const query = { listType: kind.listType, address }
  const lists = context.denylist.lists.matchPrivate(accountIdOf(call), query, nowMsOf(call))
  const self = `${kind.privatePath}/ip/${address}`
  const entry =
    kind.listType === 'DENY'
      ? context.denylist.findEntry(accountIdOf(call), address, nowMsOf(call))
      : undefined
  return {
    ...listsOfAddress(self, lists, (listId) => `${kind.privatePath}/${listId}`),
    reported: entry === undefined ? [] : [reportedAddressOf(entry).self],
  }
}

function showList(call: ListCall) {
  return privateListInfo(privateListOf(call), answerContextOf(call))
}

async function updateList(call: ListCall): Promise<FastifyReply> {
  const { listId } = ownListOf(call)
  const body = checkPayload(jsonBodyOf(call.request), UpdateListRequest)
  const expiresAtMs = expiresAtOf(body, nowMsOf(call))
  return await takeListOperation(call, {
    kind: 'list-update',
    listId,
    ...(body.name !== undefined && { name: body.name }),
    ...(body.description !== undefined && { description: body.description }),
    ...(body.tags !== undefined && { tags: body.tags }),
    ...(expiresAtMs !== undefined && { expiresAtMs }),
  })
}

async function deleteList(call: ListCall): Promise<FastifyReply> {
  const { listId } = ownListOf(call)
  return await takeListOperation(call, { kind: 'list-delete', listId })
}

/** The list of the path, which the account made. @throws Refusal 404, 422, or that of a default list */
function ownListOf(call: ListCall): PrivateList {
  const list = privateListOf(call)
  if (list.isDefault) throw refuseChange('default-list', list.listId)
  return list
}
