import type { CreatedKey, KeyInfo, KeyList } from '../contract/index.ts'
import { MANAGEMENT_PATHS } from '../contract/terms/index.ts'
import { HoneyjamError } from '../runtime/index.ts'
import { type ConnectOptions, withApi } from './connect.ts'
import type { Context } from './context.ts'
import { escapeText } from './escape-text.ts'
import { formatInstant } from './format-time.ts'
import { renderTable } from './table.ts'

interface NewKeyRequest extends ConnectOptions {
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
      path: MANAGEMENT_PATHS.keys,
      body: { name, scopes, ttl, networks },
    })
    return body as CreatedKey
  })
  printCreated(created, context.output)
}

/** Makes a key in the place of another; standard output holds the new key alone. */
export async function rotateKey(
  id: string,
  { overlap, ...options }: ConnectOptions & { readonly overlap: number },
  context: Context,
): Promise<void> {
  checkKeyId(id)
  const created = await withApi(options, context, async (api) => {
    const path = `${MANAGEMENT_PATHS.keys}/${id}/rotate`
    return (await api.request({ method: 'POST', path, body: { overlap } })).body as CreatedKey
  })
  printCreated(created, context.output)
}

function printCreated(created: CreatedKey, output: Context['output']): void {
  if (output.json) {
    output.printJson(created)
    return
  }
  const { id, name, scopes, key } = created
  output.note(`Key ${id}, "${escapeText(name)}", may ${scopes.join(', ')}. It is shown this once:`)
  output.print(key)
}

function checkKeyId(id: string): void {
  if (/^\d{1,15}$/.test(id)) return
  throw new HoneyjamError('USAGE', `${JSON.stringify(id)} is no key id: see honeyjam key list`)
}

/** Lists the keys of the account. */
export async function listKeys(options: ConnectOptions, context: Context): Promise<void> {
  const { output } = context
  const answer = await withApi(options, context, async (api) => {
    const { body } = await api.request({ method: 'GET', path: MANAGEMENT_PATHS.keys })
    return body as KeyList
  })
  if (output.json) output.printJson(answer)
  else output.print(renderKeys(answer.keys, Date.now()))
}

/** Ends keys, one after the other. */
export async function revokeKeys(
  ids: readonly string[],
  options: ConnectOptions,
  context: Context,
): Promise<void> {
  ids.forEach(checkKeyId)
  await withApi(options, context, async (api) => {
    for (const id of ids) await api.request({ method: 'DELETE', path: `${MANAGEMENT_PATHS.keys}/${id}` })
  })
  if (context.output.json) context.output.printJson({ revoked: ids.map(Number) })
  else context.output.print(`Revoked: ${ids.join(', ')}`)
}

function renderKeys(keys: readonly KeyInfo[], nowMs: number): string {
  const rows = keys.map((key) => [
    String(key.id),
    escapeText(key.name),
    `…${escapeText(key.hint)}`,
    key.scopes.join(','),
    formatInstant(key.created_at),
    stateOf(key, nowMs),
  ])
  return renderTable(
    [
      { heading: 'ID', align: 'right' },
      { heading: 'NAME' },
      { heading: 'KEY' },
      { heading: 'SCOPES' },
      { heading: 'CREATED (UTC)' },
      { heading: 'STATE' },
    ],
    rows,
  )
}

function stateOf({ expiry, revoked_at: revokedAt, replaced_by: successor }: KeyInfo, nowMs: number): string {
  if (revokedAt !== undefined) return `revoked ${formatInstant(revokedAt)}`
  if (expiry === undefined) return 'valid'
  const replaced = successor === undefined ? '' : `, replaced by ${successor}`
  return `${expiry <= nowMs ? 'expired' : 'valid until'} ${formatInstant(expiry)}${replaced}`
}
