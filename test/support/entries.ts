import fc from 'fast-check'
import type { Entry } from '../../src/denylist/index.ts'
import { type Address, parseAddress } from '../../src/ip/index.ts'

/** The address in canonical form. @throws when `text` is none */
export function address(text: string): Address {
  const parsed = parseAddress(text)
  if (parsed === undefined) throw new TypeError(`not an address: ${text}`)
  return parsed
}

/** An entry with what a test does not care about filled in. */
export function entry(text: string, details: Partial<Omit<Entry, 'address'>> = {}): Entry {
  return {
    address: address(text),
    lastReportMs: 1_642_678_418_000,
    expiresAtMs: 1_642_764_818_000,
    totalReports: 2,
    dataset: 'ABUSE',
    tags: ['COWRIE', 'LOGIN'],
    ...details,
  }
}

/** The entries of a list, without the places where others have their turn. */
export function present(entries: Iterable<Entry | undefined>): Entry[] {
  return Array.from(entries).filter((entry) => entry !== undefined)
}

/** Any entry the rules allow, of the given protocols. */
export function anyEntry(text: fc.Arbitrary<string> = fc.oneof(fc.ipV4(), fc.ipV6())): fc.Arbitrary<Entry> {
  return fc
    .record({
      text,
      lastReportMs: fc.nat(2_000_000_000_000),
      ttlSeconds: fc.integer({ min: 1, max: 315_360_000 }),
      totalReports: fc.integer({ min: 1, max: 4_294_967_295 }),
      dataset: fc.constantFrom('ABUSE', 'ANONYMOUS_VPN', 'TOR'),
      tags: fc.array(fc.stringMatching(/^[A-Z0-9]{1,8}(?:-[A-Z0-9]{1,8}){0,3}$/), { maxLength: 4 }),
    })
    .map(({ text, ttlSeconds, ...rest }) =>
      entry(text, { ...rest, expiresAtMs: rest.lastReportMs + ttlSeconds * 1000 }),
    )
}
