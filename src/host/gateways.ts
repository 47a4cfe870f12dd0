import { type Address, parseAddress } from '../ip/index.ts'

/** Route flag `RTF_GATEWAY` of Linux. */
const VIA_GATEWAY = 0x2

/**
 * Default gateways by the kernel's table of IPv4 routes.
 * @param text of `/proc/net/route`, whose addresses are hexadecimal in the byte order of the machine
 */
export function gatewaysOfIpv4(text: string): readonly Address[] {
  return rowsOf(text).flatMap((columns) => {
    const [, destination, gateway = '', flags = '', , , , mask] = columns
    if (destination !== '00000000' || mask !== '00000000' || !isVia(flags)) return []
    const octets = gateway.match(/../g) ?? []
    return parsed(
      octets
        .toReversed()
        .map((octet) => Number.parseInt(octet, 16))
        .join('.'),
    )
  })
}

/**
 * Default gateways by the kernel's table of IPv6 routes.
 * @param text of `/proc/net/ipv6_route`
 */
export function gatewaysOfIpv6(text: string): readonly Address[] {
  return rowsOf(text).flatMap((columns) => {
    const [destination, prefixLength, , , gateway = '', , , , flags = ''] = columns
    if (destination !== '0'.repeat(32) || prefixLength !== '00' || !isVia(flags)) return []
    return parsed((gateway.match(/.{4}/g) ?? []).join(':'))
  })
}

function rowsOf(text: string): readonly (readonly string[])[] {
  return text.split('\n').map((line) => line.trim().split(/\s+/))
}

function isVia(flags: string): boolean {
  return (Number.parseInt(flags, 16) & VIA_GATEWAY) !== 0
}

function parsed(text: string): readonly Address[] {
  const address = parseAddress(text)
  return address === undefined ? [] : [address]
}
