import { serviceUrlOf } from '../client/index.ts'
import type { CreatedKey, KeyList } from '../contract/index.ts'
import { HoneyjamError } from '../runtime/index.ts'
import { keysPath } from './account-path.ts'
import { adminKeyFile } from './administrator-key-file.ts'
import { type ConnectOptions, isLoopbackUrl, localServiceUrl, withApi } from './connect.ts'
import type { Context } from './context.ts'
import { checkKeyId, type KeyOptions, printCreatedKey } from './manage-keys.ts'
import { readSecretIfPresent, writeSecretFile } from './secret-file.ts'

/** How long a key that stands in a file goes on at least, so that at every instant the file holds one that is valid. */
const CHANGE_OVER_SECONDS = 60

/** A key of the service that stands in a file of the data directory. */
interface KeptKey {
  readonly path: string
  readonly keyText: string
}

/**
 * Makes a key in the place of another; standard output holds the new key alone. When the old one stands in `admin.key` of
 * the data directory, the new one is written there.
 * @throws HoneyjamError DIRECTORY_UNUSABLE the file cannot be written: then nothing was changed, or the new key is printed
 */
export async function rotateKey(
  id: string,
  { overlap, ...options }: KeyOptions & { readonly overlap: number },
  context: Context,
): Promise<void> {
  checkKeyId(id)
  const kept = await findKeptKey(Number(id), options, context)
  if (kept === undefined) {
    printCreatedKey(await rotate(id, overlap, options, context), context.output)
    return
  }
  rehearse(kept, id)
  const isAtOnce = overlap === 0
  const created = await rotate(id, isAtOnce ? CHANGE_OVER_SECONDS : overlap, options, context)
  try {
    writeSecretFile(kept.path, created.key)
  } finally {
    // also when it could not be written: the key is shown this once
    printCreatedKey(created, context.output)
  }
  context.output.note(`It was written to ${kept.path}, in the place of the old one.`)
  if (isAtOnce) await revoke(id, { ...options, keyFile: kept.path }, context)
}

async function rotate(
  id: string,
  overlap: number,
  options: KeyOptions,
  context: Context,
): Promise<CreatedKey> {
  return await withApi(options, context, async (api) => {
    const path = `${keysPath(options.account)}/${id}/rotate`
    return (await api.request({ method: 'POST', path, body: { overlap } })).body as CreatedKey
  })
}

async function revoke(id: string, options: KeyOptions, context: Context): Promise<void> {
  await withApi(options, context, async (api) => {
    await api.request({ method: 'DELETE', path: `${keysPath(options.account)}/${id}` })
  })
}

/**
 * Whether a key is the one in `admin.key`: the service says so of the key that asks. That key is sent to this machine, or
 * where it is sent anyhow.
 */
async function findKeptKey(
  id: number,
  options: ConnectOptions,
  context: Context,
): Promise<KeptKey | undefined> {
  const directory = options.data ?? context.defaultDataDirectory
  const path = adminKeyFile(directory)
  const keyText = readAdminKey(path, context)
  if (keyText === undefined) return undefined
  const url = serviceUrlOf(options.apiUrl ?? localServiceUrl(directory))
  if (!isLoopbackUrl(url) && keyText !== sentKey(options, context)) return undefined
  try {
    const { keys } = await withApi({ ...options, keyFile: path }, context, async (api) => {
      return (await api.request({ method: 'GET', path: keysPath(undefined) })).body as KeyList
    })
    return keys.some((key) => key.id === id && key.current === true) ? { path, keyText } : undefined
  } catch (error) {
    // a file of another installation, or whose key has ended: not the key in question
    if (error instanceof HoneyjamError && error.code === 'API_REFUSED') return undefined
    throw error
  }
}

function readAdminKey(path: string, { output }: Context): string | undefined {
  try {
    return readSecretIfPresent(path)
  } catch (error) {
    if (!(error instanceof HoneyjamError)) throw error
    output.note(`Warning: ${error.message}. Should this key stand there, put the new one in its place.`)
    return undefined
  }
}

function sentKey({ keyFile }: ConnectOptions, { environment }: Context): string | undefined {
  return keyFile === undefined ? environment['HONEYJAM_BEARER_TOKEN'] : readSecretIfPresent(keyFile)
}

/** Writes what stands there already, so that a file that cannot be written is found before anything is changed. */
function rehearse({ path, keyText }: KeptKey, id: string): void {
  try {
    writeSecretFile(path, keyText)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new HoneyjamError(
      'DIRECTORY_UNUSABLE',
      `key ${id} stands in a file that has to be written anew with it, so it was not replaced: ${why}`,
      { cause },
    )
  }
}
