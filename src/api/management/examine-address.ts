import { type SelectOptions, type SkipReason, selectAddresses } from '../../denylist/index.ts'
import { type Address, unpackAddress } from '../../ip/index.ts'

/** One text of a request: an address that can be taken, or why it cannot. */
export type ExaminedAddress =
  | { readonly text: string; readonly address: Address; readonly reason?: never }
  | { readonly text: string; readonly address?: never; readonly reason: SkipReason }

/** Says of one text on its own what `selectAddresses` says of many together. */
export function examineAddress(text: string, options: SelectOptions): ExaminedAddress {
  const { addresses, skipped } = selectAddresses([text], options)
  if (addresses.length > 0) return { text, address: unpackAddress(addresses, 0) }
  const [reason = 'unparsable'] = Object.keys(skipped) as SkipReason[]
  return { text, reason }
}
