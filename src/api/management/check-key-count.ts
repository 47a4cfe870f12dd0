import { type Accounts, isKeyInForce } from '../../accounts/index.ts'
import { MAX_KEYS } from '../../contract/index.ts'
import { refuse } from '../refusal.ts'

const DAY_MS = 86_400_000

/**
 * Keys stay known for ever, and in memory: who may make them must not fill that up, not even with keys that are revoked at once.
 * @throws Refusal 409
 */
export function checkKeyCount(accounts: Accounts, accountId: number, nowMs: number): void {
  const counting = accounts
    .listKeys(accountId)
    .filter((key) => isKeyInForce(key, nowMs) || nowMs - key.createdAtMs < DAY_MS)
  if (counting.length < MAX_KEYS) return
  throw refuse(
    'too-many-keys',
    `the account has ${counting.length} keys that are valid or were made within a day; at most ${MAX_KEYS} are allowed`,
  )
}
