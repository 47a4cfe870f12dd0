import { type Address, parseAddress } from '../ip/index.ts'
import { refuseFaults } from './refusal.ts'

/** The path parameter that holds an address, as routes name it. */
export interface AddressParams {
  readonly ip_address: string
}

/** @throws Refusal 422 when the part of the path is not an address */
export function pathAddressOf({ ip_address: text }: AddressParams): Address {
  const address = parseAddress(text)
  if (address !== undefined) return address
  const msg = 'value is not a valid IPv4 or IPv6 address'
  throw refuseFaults([{ loc: ['path', 'ip_address'], msg, type: 'value_error.ipvanyaddress' }])
}
