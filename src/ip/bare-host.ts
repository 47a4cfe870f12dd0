/** A host without the brackets that an IPv6 address has in a URL (RFC 3986 section 3.2.2). */
export function bareHost(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1')
}
