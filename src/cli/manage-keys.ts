import type { CreatedKey, KeyInfo, KeyList } from '../contract/index.ts'
import { HoneyjamError } from '../runtime/index.ts'
import { keysPath } from './account-path.ts'
import { type ConnectOptions, withApi } from './connect.ts'
import type { Context } from './context.ts'
import { escapeText } from './escape-text.ts'
import { formatInstant } from './format-time.ts'
import { renderTable } from './table.ts'

/** Whose keys are meant, and where. */
export interface KeyOptions extends ConnectOptions {
  /** Default that of the key. */
  readonly account?: string
}

interface NewKeyRequest extends KeyOptions {
  readonly name: string
  readonly scope: readonly string[]
  readonly ttl?: number
  readonly network?: readonly string[]
}

/** Makes a key; standard output holds the key alone, so that it can go into a file. */
export async function createKey(request: NewKeyRequest, context: Context): Promise<void> {
  const { name, scope: scopes, ttl, network: networks } = request
  const created = await withApi(request, context, async (api) => {
    const { body } = await api.request({
      method: 'POST',
      path: keysPath(request.account),
      body: { name, scopes, ttl, networks },
    })
    return body as CreatedKey
  })
  printCreatedKey(created, context.output)
}

/** Prints a key that was made; standard output holds its text alone. */
export function printCreatedKey(created: CreatedKey, output: Context['output']): void {
  if (output.json) {
    output.printJson(created)
    return
  }
  const { id, name, scopes, key } = created
  output.note(`Key ${id}, "${escapeText(name)}", may ${scopes.join(', ')}. It is shown this once:`)
  output.print(key)
}

/** @throws HoneyjamError USAGE */
export function checkKeyId(id: string): void {
  if (/^\d{1,15}$/.test(id)) return
  throw new HoneyjamError('USAGE', `${JSON.stringify(id)} is no key id: see honeyjam key list`)
}

/** Lists the keys of an account. */
export async function listKeys(options: KeyOptions, context: Context): Promise<void> {
  const { output } = context
  const answer = await withApi(options, context, async (api) => {
    const { body } = await api.request({ method: 'GET', path: keysPath(options.account) })
    return body as KeyList
  })
  if (output.json) output.printJson(answer)
  else output.print(renderKeys(answer.keys, Date.now()))
}

/** Ends keys, one after the other. */
export async function revokeKeys(
  ids: readonly string[],
  options: KeyOptions,
  context: Context,
): Promise<void> {
  ids.forEach(checkKeyId)
  await withApi(options, context, async (api) => {
    const path = keysPath(options.account)
    for (const id of ids) await api.request({ method: 'DELETE', path: `${path}/${id}` })
  })
  if (context.output.json) context.output.printJson({ revoked: ids.map(Number) })
  else context.output.print(`Revoked: ${ids.join(', ')}`)
}

export function renderKeys(keys: readonly KeyInfo[], nowMs: number): string {
  const rows = keys.map((key) => [
    String(key.id),
    escapeText(key.name),
    `…${escapeText(key.hint)}`,
    key.scopes.join(','),
    key.networks.length === 0 ? 'anywhere' : key.networks.map((network) => escapeText(network)).join(','),
    formatInstant(key.created_at),
    key.expiry === undefined ? 'never' : formatInstant(key.expiry),
    stateOf(key, nowMs),
  ])
  return renderTable(
    [
      { heading: 'ID', align: 'right' },
      { heading: 'NAME' },
      { heading: 'KEY' },
      { heading: 'SCOPES' },
      { heading: 'FROM' },
      { heading: 'CREATED (UTC)' },
      { heading: 'EXPIRES (UTC)' },
      { heading: 'STATE' },
    ],
    rows,
  )
}

function stateOf({ expiry, revoked_at: revokedAt, replaced_by: successor }: KeyInfo, nowMs: number): string {
  if (revokedAt !== undefined) return `revoked ${formatInstant(revokedAt)}`
  const state = expiry !== undefined && expiry <= nowMs ? 'expired' : 'valid'
  return successor === undefined ? state : `${state}, replaced by ${successor}`
}
