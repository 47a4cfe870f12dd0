import type { z } from 'zod'
import type { Grant, KeyWish, NewKey, StoredKey } from '../../accounts/index.ts'
import type { CreatedKey, CreateKeyRequest, KeyInfo } from '../../contract/index.ts'
import { checkMayHandOut, checkMayLast } from './hand-out.ts'

/** What a request wants of a key, if the caller's key may make such a one. @throws Refusal 403 */
export function keyWishOf(
  { name, scopes, ttl, networks }: z.output<typeof CreateKeyRequest>,
  grant: Grant,
  nowMs: number,
): KeyWish {
  const expiresAtMs = ttl === undefined ? undefined : nowMs + ttl * 1000
  checkMayHandOut(grant, { scopes, networks })
  checkMayLast(grant, expiresAtMs, nowMs)
  return { name, scopes, networks, ...(expiresAtMs !== undefined && { expiresAtMs }) }
}

/** A key as the caller, who may be its holder, is shown it; whoever signs up comes without one. */
export function keyInfoOf(key: StoredKey, grant?: Grant): KeyInfo {
  return {
    id: key.keyId,
    name: key.name,
    hint: key.hint,
    scopes: [...key.scopes],
    networks: [...key.networks],
    created_at: key.createdAtMs,
    ...(key.expiresAtMs !== undefined && { expiry: key.expiresAtMs }),
    ...(key.revokedAtMs !== undefined && { revoked_at: key.revokedAtMs }),
    ...(key.replacedBy !== undefined && { replaced_by: key.replacedBy }),
    ...(key.keyId === grant?.keyId && { current: true }),
  }
}

/** A key that was made, with its text. */
export function createdKeyOf({ key, keyText }: NewKey, grant?: Grant): CreatedKey {
  return { ...keyInfoOf(key, grant), key: keyText }
}
