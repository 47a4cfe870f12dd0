import type { Accounts, Scope } from '../accounts/index.ts'
import { writeSecretFile } from './secret-file.ts'

/** A key whose text stands in a file of the data directory. */
export interface KeptKey {
  readonly accountId: number
  /** Tells the keys it replaces. */
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly path: string
}

/**
 * Makes a key, writes it to its file and revokes those of the same name: in this order, so that a crash leaves a file whose
 * key is valid.
 * @returns the text of the new key
 * @throws HoneyjamError STORE_UNAVAILABLE, DIRECTORY_UNUSABLE
 */
export async function replaceKey(
  accounts: Accounts,
  { accountId, name, scopes, path }: KeptKey,
  nowMs: number,
): Promise<string> {
  const replaced = accounts
    .listKeys(accountId)
    .filter((key) => key.name === name && key.revokedAtMs === undefined)
  const { keyText } = await accounts.createKey({ accountId, name, scopes, nowMs })
  writeSecretFile(path, keyText)
  for (const { keyId } of replaced) await accounts.revokeKey(accountId, keyId, nowMs)
  return keyText
}
