import type { Grant, StoredKey } from '../../accounts/index.ts'
import { hasScope } from '../authenticate.ts'
import { isWithin } from '../key-networks.ts'
import { refuse } from '../refusal.ts'

/** A key neither makes, replaces nor revokes one that may do more than it may itself. @throws Refusal 403 */
export function checkMayHandOut(
  grant: Grant,
  { scopes, networks }: Pick<StoredKey, 'scopes' | 'networks'>,
): void {
  const beyond = scopes.filter((scope) => !hasScope(grant, [scope]))
  if (beyond.length > 0) {
    throw refuse('forbidden', `the key does not have the scope ${beyond.join(', ')} itself`)
  }
  if (!isWithin(networks, grant.networks)) {
    throw refuse(
      'forbidden',
      `the key is bound to ${grant.networks.join(', ')}, and so must be the keys it makes`,
    )
  }
}

/** A key makes none that outlives it: else whoever has it for a day has it for ever. @throws Refusal 403 */
export function checkMayLast(
  { keyExpiresAtMs }: Grant,
  expiresAtMs: number | undefined,
  nowMs: number,
): void {
  if (keyExpiresAtMs === undefined || (expiresAtMs !== undefined && expiresAtMs <= keyExpiresAtMs)) return
  const seconds = Math.floor((keyExpiresAtMs - nowMs) / 1000)
  throw refuse(
    'forbidden',
    `the key ends in ${seconds} seconds, and the keys it makes no later: give a ttl, or use a key that lasts longer`,
  )
}
