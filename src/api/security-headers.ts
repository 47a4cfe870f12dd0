import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'

/**
 * On every answer: nothing here is to be run, framed, guessed at or kept by a browser or proxy.
 * Lists and keys are private to an account, hence `no-store`.
 */
const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
} as const

/** RFC 6797: a browser that was here once comes back over TLS alone. Other hosts of the domain are not ours to speak for. */
const SECURE_HEADERS = {
  ...SECURITY_HEADERS,
  'strict-transport-security': 'max-age=31536000',
} as const

/** The headers of every answer on a connection. RFC 6797 section 7.2: the one of TLS is for TLS alone. */
export function securityHeadersOn(socket: Duplex): Readonly<Record<string, string>> {
  return socket instanceof TLSSocket ? SECURE_HEADERS : SECURITY_HEADERS
}
