import { readFileSync } from 'node:fs'
import type { ApiClient, ApiResponse } from '../client/index.ts'
import type { ReceiptInfo } from '../contract/index.ts'
import { MAX_ADDRESSES, USER_PATHS } from '../contract/terms/index.ts'
import { HoneyjamError } from '../runtime/index.ts'
import { type ConnectOptions, withApi } from './connect.ts'
import type { Context } from './context.ts'
import { escapeText } from './escape-text.ts'
import { findList, listIdOf } from './find-list.ts'

interface CreateRequest extends ConnectOptions {
  readonly kind: 'deny' | 'allow'
  readonly holds: string
  readonly description: string
  readonly tags?: string
  readonly ttl?: number
}

interface ContentRequest extends ConnectOptions {
  readonly from?: string
}

interface SwitchRequest extends ConnectOptions {
  readonly ttl?: number
}

/** A change of what is on a list, by its word in the API. */
export type ContentChange = 'append' | 'remove'

const ROOTS = { deny: USER_PATHS.privateDenylists, allow: USER_PATHS.privateAllowlists } as const

/** Makes a list; standard output holds its id alone, for scripts. */
export async function createList(name: string, request: CreateRequest, context: Context): Promise<void> {
  const { output } = context
  const { kind, holds, description, tags, ttl } = request
  const body = { name, description, resource_type: holds.toUpperCase(), tags: splitTags(tags), ttl }
  const id = await withApi(request, context, async (api) => {
    return (await api.request({ method: 'POST', path: ROOTS[kind], body })).body as string
  })
  if (output.json) return output.printJson({ id, self: `${ROOTS[kind]}/${id}` })
  output.note(`List "${escapeText(name)}" is made: ${kind}, ${holds}. Its id:`)
  output.print(id)
}

/** Puts elements on a list, or takes them off; each request of up to 10,000 is taken whole or not at all. */
export async function changeElements(
  { named, change, elements }: { named: string; change: ContentChange; elements: readonly string[] },
  request: ContentRequest,
  context: Context,
): Promise<void> {
  const { output } = context
  const wanted = [...elements, ...(request.from === undefined ? [] : readElements(request.from))]
  if (wanted.length === 0) {
    throw new HoneyjamError(
      'USAGE',
      'nothing to change: name elements, or a file that holds them with --from',
    )
  }
  const { taken, unknown } = await withApi(request, context, async (api) => {
    const path = `${(await findList(api, named, 'private')).info.self}/content`
    const counts = { taken: 0, unknown: 0 }
    for (let at = 0; at < wanted.length; at += MAX_ADDRESSES) {
      const body = { [change]: wanted.slice(at, at + MAX_ADDRESSES) }
      const receipt = await receiptOf(api, await api.request({ method: 'PUT', path, body }))
      counts.taken += receipt.taken
      counts.unknown += receipt.skipped.unknown ?? 0
    }
    return counts
  })
  if (output.json) return output.printJson({ taken, unknown })
  if (change === 'append') return output.print(`Put on the list: ${taken}`)
  output.print(`Taken off the list: ${taken}${unknown === 0 ? '' : `. Not on it: ${unknown}`}`)
}

/** Deletes lists with all that is on them, one after the other. */
export async function deleteLists(
  names: readonly string[],
  options: ConnectOptions,
  context: Context,
): Promise<void> {
  const deleted: string[] = []
  await withApi(options, context, async (api) => {
    const lists = []
    for (const named of names) lists.push(await findList(api, named, 'private'))
    for (const list of lists) {
      await api.request({ method: 'DELETE', path: list.info.self })
      deleted.push(listIdOf(list))
    }
  })
  if (context.output.json) context.output.printJson({ deleted })
  else context.output.print(`Deleted: ${names.map((name) => escapeText(name)).join(', ')}`)
}

/** Switches a public list on or off. */
export async function switchList(
  { named, status }: { readonly named: string; readonly status: 'ACTIVE' | 'INACTIVE' },
  { ttl, ...options }: SwitchRequest,
  context: Context,
): Promise<void> {
  const self = await withApi(options, context, async (api) => {
    const { info } = await findList(api, named, 'public')
    await api.request({ method: 'PUT', path: info.self, body: { status, ttl } })
    return info.self
  })
  if (context.output.json) context.output.printJson({ self, status })
  else context.output.print(`${escapeText(named)} is ${status === 'ACTIVE' ? 'on' : 'off'}`)
}

/** What became of a change. */
async function receiptOf(api: ApiClient, { headers }: ApiResponse): Promise<ReceiptInfo> {
  const { body } = await api.request({ method: 'GET', path: String(headers['location']) })
  return body as ReceiptInfo
}

/** One element a line; empty lines and what follows a `#` at the start of a line or behind a blank do not count. */
function readElements(path: string): readonly string[] {
  let text: string
  try {
    text = readFileSync(path === '-' ? 0 : path, 'utf8')
  } catch (cause) {
    throw new HoneyjamError('USAGE', `${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
  return text
    .split(/\r?\n/)
    .map((line) => line.replace(/(?:^|\s)#.*$/, '').trim())
    .filter((line) => line !== '')
}

function splitTags(tags: string | undefined): readonly string[] {
  return (tags ?? '')
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
}
