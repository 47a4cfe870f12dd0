import { MANAGEMENT_PATHS } from '../contract/terms/index.ts'

/** The path of an account in the management API. */
export function accountPath(name: string): string {
  return `${MANAGEMENT_PATHS.accounts}/${encodeURIComponent(name)}`
}

/** The path of the keys of an account; without a name those of the account whose key asks. */
export function keysPath(account: string | undefined): string {
  return account === undefined ? MANAGEMENT_PATHS.keys : `${accountPath(account)}/keys`
}
