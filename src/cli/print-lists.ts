import type { ApiClient } from '../client/index.ts'
import type { ListContent } from '../contract/index.ts'
import { type ConnectOptions, withApi } from './connect.ts'
import type { Context } from './context.ts'
import { escapeText } from './escape-text.ts'
import { type FoundList, fetchLists, findList, listIdOf } from './find-list.ts'
import { formatSpan } from './format-time.ts'
import { renderPairs, renderTable } from './table.ts'

interface LsOptions extends ConnectOptions {
  readonly kind?: 'deny' | 'allow'
}

interface ShowOptions extends ConnectOptions {
  readonly elements: boolean
}

/** Elements a page; the most that the API gives. */
const PAGE_SIZE = 100

/** Prints all lists. */
export async function printLists({ kind, ...options }: LsOptions, context: Context): Promise<void> {
  const { output } = context
  const all = await withApi(options, context, fetchLists)
  const lists = all.filter(({ info }) => kind === undefined || info.list_type.toLowerCase() === kind)
  if (output.json) output.printJson({ lists: lists.map(({ owner, info }) => ({ owner, ...info })) })
  else output.print(renderLists(lists))
}

/** Prints one list and what is on it. */
export async function printList(
  named: string,
  { elements: isBare, ...options }: ShowOptions,
  context: Context,
): Promise<void> {
  const { output } = context
  await withApi(options, context, async (api) => {
    const list = await findList(api, named)
    const elements = await fetchElements(api, list)
    if (output.json) return output.printJson({ list: { owner: list.owner, ...list.info }, elements })
    if (!isBare) output.print(renderList(list, elements.length))
    for (const element of elements) output.print(escapeText(element))
  })
}

/** What is on a public list is known to the service alone. */
async function fetchElements(api: ApiClient, list: FoundList): Promise<readonly string[]> {
  if (list.owner === 'public') return []
  const elements: string[] = []
  for (let page = 1; ; page++) {
    const query = { page, page_size: PAGE_SIZE }
    const { body } = await api.request({ method: 'GET', path: list.info.content, query })
    const { self: _, ...fields } = body as ListContent
    const found = Object.values(fields).flat()
    elements.push(...found.map(String))
    if (found.length < PAGE_SIZE) return elements
  }
}

function renderLists(lists: readonly FoundList[]): string {
  const rows = lists.map((list) => [
    escapeText(list.info.name),
    list.info.list_type.toLowerCase(),
    list.info.resource_type.toLowerCase(),
    list.owner,
    stateOf(list),
    listIdOf(list),
  ])
  return renderTable(
    [
      { heading: 'NAME' },
      { heading: 'KIND' },
      { heading: 'HOLDS' },
      { heading: 'OWNER' },
      { heading: 'STATE' },
      { heading: 'ID' },
    ],
    rows,
  )
}

function renderList(list: FoundList, elements: number): string {
  const { info, owner } = list
  return renderPairs([
    ['name', escapeText(info.name)],
    ...(info.description === '' ? [] : [['description', describe(info.description)] as const]),
    ['id', listIdOf(list)],
    ['kind', `${info.list_type.toLowerCase()}, ${owner}`],
    ['holds', info.resource_type.toLowerCase()],
    ...(info.tags.length === 0 ? [] : [['tags', escapeText(info.tags.join(', '))] as const]),
    ['state', stateOf(list)],
    ...(owner === 'public' ? [] : [['elements', String(elements)] as const]),
  ])
}

function describe(text: string): string {
  return text
    .split('\n')
    .map((line) => escapeText(line))
    .join('\n')
}

function stateOf({ owner, info }: FoundList): string {
  const state = owner === 'public' && info.status !== 'ACTIVE' ? 'off' : 'on'
  return info.ttl === undefined ? state : `${state}, ends in ${formatSpan(info.ttl * 1000)}`
}
