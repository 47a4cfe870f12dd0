import { z } from 'zod'
import {
  CreateListRequest,
  ListContent,
  ListContentRequest,
  ListOriginRequest,
  ListsOfAddress,
  PrivateListInfo,
  PublicListInfo,
  SelectListRequest,
  UpdateListRequest,
} from '../list-api.ts'
import { PageQuery } from '../query-values.ts'
import { USER_PATHS } from '../terms/index.ts'
import type { DocumentedOperation, OperationGroup } from './operation.ts'

const reading = { method: 'GET', scopes: ['read'] } as const
const changing = { scopes: ['manage'], isOnce: true } as const
const ofAddress = { name: 'ListsOfAddress', schema: ListsOfAddress }
const origin = { name: 'ListOriginRequest', schema: ListOriginRequest }

/** Some clients send a list alone, others as `payload`. */
function orPayload(schema: z.ZodType): z.ZodType {
  return z.union([schema, z.object({ payload: schema })])
}

const createBody = { name: 'CreateListRequest', schema: orPayload(CreateListRequest) }
const updateBody = { name: 'UpdateListRequest', schema: orPayload(UpdateListRequest) }
const selectBody = { name: 'SelectListRequest', schema: orPayload(SelectListRequest) }
const PrivateLists = z.object({ self: z.string(), lists: z.array(PrivateListInfo) })
const PublicLists = z.object({ self: z.string(), lists: z.array(PublicListInfo) })

function privateOperations(root: string): DocumentedOperation[] {
  const lists = { name: 'PrivateListList', schema: PrivateLists }
  const one = `${root}/{id}`
  return [
    {
      ...changing,
      method: 'POST',
      path: root,
      summary: 'Make a list',
      body: createBody,
      answer: { name: 'ListId', schema: z.string() },
      status: 202,
    },
    { ...reading, path: `${root}/all`, summary: 'Show all lists', answer: lists },
    { ...reading, path: `${root}/all/{resource_type}`, summary: 'Show all lists of one kind', answer: lists },
    {
      ...reading,
      path: `${root}/ip/{address}`,
      summary: 'Name the lists that hold an address',
      answer: ofAddress,
    },
    {
      ...reading,
      path: one,
      summary: 'Show a list',
      answer: { name: 'PrivateListInfo', schema: PrivateListInfo },
    },
    { ...changing, method: 'PUT', path: one, summary: 'Change a list', body: updateBody },
    { ...changing, method: 'DELETE', path: one, summary: 'Delete a list' },
    {
      ...reading,
      path: `${one}/content`,
      summary: 'Show what is on a list',
      query: PageQuery,
      answer: { name: 'ListContent', schema: ListContent },
    },
    {
      ...changing,
      method: 'PUT',
      path: `${one}/content`,
      summary: 'Put on a list, or take off',
      body: { name: 'ListContentRequest', schema: orPayload(ListContentRequest) },
    },
    { ...changing, method: 'DELETE', path: `${one}/content`, summary: 'Empty a list' },
    { ...changing, method: 'PUT', path: `${one}/origin`, summary: 'Say where a list counts', body: origin },
  ]
}

function publicOperations(root: string): DocumentedOperation[] {
  const lists = { name: 'PublicListList', schema: PublicLists }
  const one = `${root}/{id}`
  return [
    { ...reading, path: `${root}/all`, summary: 'Show all public lists', answer: lists },
    { ...reading, path: `${root}/all/{resource_type}`, summary: 'Show those of one kind', answer: lists },
    { ...reading, path: `${root}/owned`, summary: 'Show those that are chosen', answer: lists },
    {
      ...reading,
      path: `${root}/owned/{resource_type}`,
      summary: 'Show those of one kind that are chosen',
      answer: lists,
    },
    {
      ...reading,
      path: `${root}/ip/{address}`,
      summary: 'Name those that hold an address',
      answer: ofAddress,
    },
    {
      ...reading,
      path: one,
      summary: 'Show a public list',
      answer: { name: 'PublicListInfo', schema: PublicListInfo },
    },
    { ...changing, method: 'PUT', path: one, summary: 'Switch a public list on or off', body: selectBody },
    { ...changing, method: 'DELETE', path: one, summary: 'Let go of a public list' },
    { ...changing, method: 'PUT', path: `${one}/origin`, summary: 'Say where it counts', body: origin },
  ]
}

export const LIST_GROUPS: readonly OperationGroup[] = [
  {
    tag: 'Private denylists',
    description: 'What is on them is blocked.',
    operations: privateOperations(USER_PATHS.privateDenylists),
  },
  {
    tag: 'Public denylists',
    description: 'Lists of others, to switch on.',
    operations: publicOperations(USER_PATHS.publicDenylists),
  },
  {
    tag: 'Private allowlists',
    description: 'What is on them is never blocked.',
    operations: privateOperations(USER_PATHS.privateAllowlists),
  },
  {
    tag: 'Public allowlists',
    description: 'Lists of others, to switch on.',
    operations: publicOperations(USER_PATHS.publicAllowlists),
  },
]
