import { type Address, packRange, rangeText } from '../ip/index.ts'

/** Whoever has an IPv6 address has the /64 it lies in. */
const V6_PREFIX_LENGTH = 64
/** Of all whom a proxy does not name. */
const UNKNOWN = 'an unknown address'

/** What those are counted by who send too much: an IPv4 address, an IPv6 /64, or all together whose address is not known. */
export function sourceOf(address: Address | undefined): string {
  if (address === undefined) return UNKNOWN
  const network = address.includes(':') ? packRange(`${address}/${V6_PREFIX_LENGTH}`) : undefined
  return network === undefined ? address : rangeText(network)
}
