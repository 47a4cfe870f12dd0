/** Public IPv4 addresses by number: 16.0.0.0 to 79.255.255.255 in an order that looks random, none twice. */
const FIRST = 0x10000000
const MASK = 0x3fffffff
/** Odd, so that multiplying by it turns the numbers below 2^30 into one another. */
const FACTOR = 0x9e3779b1

/** @param number 0 to 2^30 - 1 */
export function numberedAddress(number: number): number {
  return FIRST + (Math.imul(number, FACTOR) & MASK)
}

export function addressText(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`
}

/** {@link numberedAddress} of a column `number`, in PostgreSQL. */
export const NUMBERED_ADDRESS_SQL = `(${FIRST} + ((number * ${FACTOR}) & ${MASK}))`
