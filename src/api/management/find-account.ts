import type { Account, Accounts } from '../../accounts/index.ts'
import { refuseUnknown } from '../refusal.ts'

/** The account of a name. @throws Refusal 404 */
export function findAccount(accounts: Accounts, name: string): Account {
  const account = accounts.findAccount(name)
  if (account === undefined) throw refuseUnknown('account-not-found', name)
  return account
}
