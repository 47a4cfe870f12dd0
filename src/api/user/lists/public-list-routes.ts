import type { FastifyInstance, FastifyReply } from 'fastify'
import { type ListsOfAddress, SelectListRequest } from '../../../contract/index.ts'
import type { PublicList } from '../../../denylist/index.ts'
import type { ApiContext } from '../../context.ts'
import { jsonBodyOf } from '../../json-body.ts'
import { pathAddressOf } from '../../path-address.ts'
import { refuse } from '../../refusal.ts'
import { listsOfAddress, publicListInfo } from './list-answers.ts'
import {
  accountIdOf,
  answerContextOf,
  answering,
  type ListCall,
  nowMsOf,
  publicListOf,
  selfOf,
  wantedOf,
} from './list-call.ts'
import { takeOrigin } from './list-content.ts'
import type { ListHooks, ListKind, ListRoute } from './list-kind.ts'
import { checkPayload, expiresAtOf } from './list-request.ts'
import { accept, changing, earlierReceipt, takeListOperation } from './take-list-operation.ts'

/** The nine operations on public lists; see docs/reference/user-api.md. */
export function addPublicListRoutes(
  app: FastifyInstance,
  context: ApiContext,
  { kind, hooks: { reading, managing } }: { readonly kind: ListKind; readonly hooks: ListHooks },
): void {
  const path = kind.publicPath
  const answer = answering(context, kind)
  const change = changing(context, kind)
  app.get<ListRoute>(`${path}/all`, reading, answer(showLists))
  app.get<ListRoute>(`${path}/all/:resource_type`, reading, answer(showLists))
  app.get<ListRoute>(`${path}/owned`, reading, answer(showSelected))
  app.get<ListRoute>(`${path}/owned/:resource_type`, reading, answer(showSelected))
  app.get<ListRoute>(`${path}/ip/:address`, reading, answer(showListsOfAddress))
  app.get<ListRoute>(`${path}/:id`, reading, answer(showList))
  app.put<ListRoute>(`${path}/:id`, managing, change(selectList))
  app.delete<ListRoute>(`${path}/:id`, managing, change(releaseList))
  app.put<ListRoute>(`${path}/:id/origin`, managing, change(changeOrigin))
}

function showLists(call: ListCall) {
  return listsInfo(call, publicListsOf(call))
}

/** Those the account has selected, switched on or off. */
function showSelected(call: ListCall) {
  return listsInfo(
    call,
    publicListsOf(call).filter(({ selection }) => selection !== undefined),
  )
}

function publicListsOf(call: ListCall): readonly PublicList[] {
  return wantedOf(call, call.context.denylist.lists.listPublic(accountIdOf(call), nowMsOf(call)))
}

function listsInfo(call: ListCall, lists: readonly PublicList[]) {
  return { self: selfOf(call), lists: lists.map((list) => publicListInfo(list, answerContextOf(call))) }
}

function showListsOfAddress(call: ListCall): ListsOfAddress {
  const { context, kind, request } = call
  const address = pathAddressOf({ ip_address: request.params.address })
  const query = { listType: kind.listType, address }
  const lists = context.denylist.lists.matchPublic(accountIdOf(call), query, nowMsOf(call))
  return listsOfAddress(`${kind.publicPath}/ip/${address}`, lists, (listId) => `${kind.publicPath}/${listId}`)
}

function showList(call: ListCall) {
  return publicListInfo(publicListOf(call), answerContextOf(call))
}

async function selectList(call: ListCall): Promise<FastifyReply> {
  const { listId } = publicListOf(call)
  const body = checkPayload(jsonBodyOf(call.request), SelectListRequest)
  const expiresAtMs = expiresAtOf(body, nowMsOf(call)) ?? undefined
  return await takeListOperation(call, {
    kind: 'public-list-select',
    listId,
    status: body.status,
    ...(expiresAtMs !== undefined && { expiresAtMs }),
  })
}

/** A list that was not selected is let go of all the same. */
async function releaseList(call: ListCall): Promise<FastifyReply> {
  const { listId, selection } = publicListOf(call)
  if (selection !== undefined) return await takeListOperation(call, { kind: 'public-list-release', listId })
  const earlier = await earlierReceipt(call)
  return earlier === undefined ? call.reply.code(202).send() : accept(call, earlier)
}

async function changeOrigin(call: ListCall): Promise<FastifyReply> {
  const { listId, selection } = publicListOf(call)
  if (selection?.status !== 'ACTIVE') {
    throw refuse('list-not-active', `the list ${listId} is not switched on`)
  }
  return await takeOrigin(call, listId)
}
