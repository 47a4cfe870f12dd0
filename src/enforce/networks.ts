import { type Address, parseAddress, parseRange, type Range } from '../ip/index.ts'

/** A network in the one text it has here: a single address without a prefix length, everything else as canonical CIDR. */
export type Network = Address | Range

/** Kinds of hosts, each kept in a set of its own: what is masked to its length is looked up as one address. */
export const HOST_SETS = ['host4', 'host6', 'host6_64', 'host6_56', 'host6_48'] as const
export type HostSet = (typeof HOST_SETS)[number]

/** @returns `undefined` when it is neither an address nor a range */
export function parseNetwork(text: string): Network | undefined {
  const range = parseRange(text)
  if (range === undefined) return undefined
  const slash = range.indexOf('/')
  const isSingle = range.slice(slash) === (range.includes(':') ? '/128' : '/32')
  return isSingle ? parseAddress(range.slice(0, slash)) : range
}

/** The set of a host; `undefined` for a range. An IPv6 customer has a /64, a /56 or a /48 (RFC 6177). */
export function hostSetOf(network: Network): HostSet | undefined {
  const slash = network.indexOf('/')
  const isV6 = network.includes(':')
  if (slash < 0) return isV6 ? 'host6' : 'host4'
  if (!isV6) return undefined
  const set = `host6_${network.slice(slash + 1)}`
  return HOST_SETS.find((each) => each === set)
}

/** Whether firewalls keep it in a hash set. */
export function isHost(network: Network): boolean {
  return hostSetOf(network) !== undefined
}

/** The network that an address (masked, of a set) stands for. */
export function hostOf(address: string, set: HostSet): Network | undefined {
  const [, length] = set.split('_')
  return parseNetwork(length === undefined ? address : `${address}/${length}`)
}

/** The text of a host without a prefix length. */
export function hostAddress(host: Network): string {
  return host.replace(/\/.*$/, '')
}
