import { parseAddress } from './address.ts'
import { bareHost } from './bare-host.ts'
import { classifyAddress } from './classify.ts'

/** Whether a host name or address (IPv6 with or without brackets) means this machine alone. */
export function isLoopbackHost(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost')) return true
  const address = parseAddress(bareHost(host))
  return address !== undefined && classifyAddress(address) === 'loopback'
}
