/**
 * On every answer: nothing here is to be run, framed, guessed at or kept by a browser or proxy.
 * Lists and keys are private to an account, hence `no-store`.
 */
export const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
} as const
