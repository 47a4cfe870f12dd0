import { MAX_ADDRESSES } from '../../../contract/index.ts'
import { type Address, parseAddress } from '../../../ip/index.ts'
import { refuse } from '../../refusal.ts'

const BYTE_ORDER_MARK = '\uFEFF'

/**
 * The distinct addresses of a file with one a line. Empty lines, quotation marks around an address and space around both do
 * not matter; all else is malformed.
 * @throws Refusal 400 for a malformed line when `isStrict`, 413 for more than {@link MAX_ADDRESSES} lines
 */
export function addressesOfCsv(
  text: string,
  { isStrict }: { readonly isStrict: boolean },
): readonly Address[] {
  const lines = text
    .replace(BYTE_ORDER_MARK, '')
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim())
  if (lines.filter((line) => line !== '').length > MAX_ADDRESSES) {
    throw refuse('ip-address-list-too-large', `the file has more than ${MAX_ADDRESSES} lines`)
  }
  const addresses = new Set<Address>()
  for (const [index, line] of lines.entries()) {
    if (line === '') continue
    const address = parseAddress(line.replace(/^"(.*)"$/, '$1').trim())
    if (address !== undefined) addresses.add(address)
    else if (isStrict) throw refuse('malformed-csv', `line ${index + 1} is not an IPv4 or IPv6 address`)
  }
  return [...addresses]
}
