import type { AddressInfo } from 'node:net'

/** What a client on the same machine uses for an address that stands for all of its addresses. */
const LOOPBACK_BY_WILDCARD: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' }

/** The URL of a listening server, without a slash at the end. */
export function serverUrl(scheme: 'http' | 'https', { address, family, port }: AddressInfo): string {
  const host = LOOPBACK_BY_WILDCARD[address] ?? address
  return family === 'IPv6' ? `${scheme}://[${host}]:${port}` : `${scheme}://${host}:${port}`
}
