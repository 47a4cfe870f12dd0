import { type Fault, MAX_ASSESSED_ADDRESSES } from '../../../contract/index.ts'
import { type Address, parseAddress } from '../../../ip/index.ts'
import { refuseFaults } from '../../refusal.ts'

/** Faults of one request; the rest would say the same. */
const MAX_FAULTS = 20

/**
 * The addresses of a batch: a bare array of 1 to {@link MAX_ASSESSED_ADDRESSES}, each once in whatever spelling.
 * @throws Refusal 422
 */
export function addressBatchOf(body: unknown): readonly Address[] {
  if (!Array.isArray(body)) throw refuseList('value is not a valid list', 'type_error.list')
  if (body.length === 0)
    throw refuseList('ensure this value has at least 1 items', 'value_error.list.min_items')
  if (body.length > MAX_ASSESSED_ADDRESSES) {
    throw refuseList(
      `ensure this value has at most ${MAX_ASSESSED_ADDRESSES} items`,
      'value_error.list.max_items',
    )
  }
  const faults: Fault[] = []
  const addresses = body.flatMap((value: unknown, index): Address[] => {
    const address = typeof value === 'string' ? parseAddress(value) : undefined
    if (address !== undefined) return [address]
    const msg = 'value is not a valid IPv4 or IPv6 address'
    faults.push({ loc: ['body', index], msg, type: 'value_error.ipvanyaddress' })
    return []
  })
  if (faults.length > 0) throw refuseFaults(faults.slice(0, MAX_FAULTS))
  if (new Set(addresses).size === addresses.length) return addresses
  throw refuseList('the list has duplicated items', 'value_error.list.unique_items')
}

function refuseList(msg: string, type: string) {
  return refuseFaults([{ loc: ['body'], msg, type }])
}
