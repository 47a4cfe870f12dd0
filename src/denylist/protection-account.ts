/**
 * The account whose default allowlist protects addresses from the lists of all accounts: what operators, their hosts and
 * administrators must not lose. No key belongs to it, so that it is reached by the operations of protection alone.
 */
export const PROTECTION_ACCOUNT = 0
