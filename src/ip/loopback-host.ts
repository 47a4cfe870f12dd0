import { parseAddress } from './address.ts'
import { classifyAddress } from './classify.ts'

/** Whether a host name or address (IPv6 with or without brackets) means this machine alone. */
export function isLoopbackHost(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost')) return true
  const address = parseAddress(host.replace(/^\[(.*)\]$/, '$1'))
  return address !== undefined && classifyAddress(address) === 'loopback'
}
