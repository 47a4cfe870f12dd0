import { type Address, wordsOf } from './address.ts'
import { halvesOf, type PackedRange, packRange, rangeContains } from './range.ts'

/**
 * What an address is for, by the IANA special-purpose registries (RFC 6890 and its updates).
 * Only `public` ones can be somebody's on the Internet.
 */
export type AddressClass =
  | 'public'
  | 'private'
  | 'loopback'
  | 'link-local'
  | 'shared'
  | 'documentation'
  | 'benchmark'
  | 'reserved'
  | 'unspecified'
  | 'multicast'
  | 'broadcast'

/** First match wins, so exceptions stand before the range they are cut from. */
const SPECIAL_RANGES: readonly (readonly [range: string, addressClass: AddressClass])[] = [
  ['255.255.255.255/32', 'broadcast'],
  ['0.0.0.0/8', 'unspecified'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'shared'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.9/32', 'public'],
  ['192.0.0.10/32', 'public'],
  ['192.0.0.0/24', 'reserved'],
  ['192.0.2.0/24', 'documentation'],
  ['192.168.0.0/16', 'private'],
  ['198.18.0.0/15', 'benchmark'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
  ['::ffff:0:0/96', 'public'],
  ['::/128', 'unspecified'],
  ['::1/128', 'loopback'],
  ['fc00::/7', 'private'],
  ['fe80::/10', 'link-local'],
  ['ff00::/8', 'multicast'],
  ['2001:db8::/32', 'documentation'],
  ['3fff::/20', 'documentation'],
  ['2001:2::/48', 'benchmark'],
  // anycast and AS112 blocks inside the IETF protocol assignments that are globally reachable
  ['2001:1::1/128', 'public'],
  ['2001:1::2/128', 'public'],
  ['2001:1::3/128', 'public'],
  ['2001:3::/32', 'public'],
  ['2001:4:112::/48', 'public'],
  ['2001:20::/28', 'public'],
  ['2001:30::/28', 'public'],
  ['2001::/23', 'reserved'],
  // 6to4 is retired (RFC 7526): such a source says nothing about who sent the packet
  ['2002::/16', 'reserved'],
  ['2000::/3', 'public'],
]

const PACKED_RANGES = SPECIAL_RANGES.map(([text, addressClass]) => {
  const range = packRange(text)
  if (range === undefined) throw new TypeError(`not a range: ${text}`)
  return { range, addressClass }
})

/** Says what a canonical address is for. */
export function classifyAddress(address: Address): AddressClass {
  return classifyPacked(wordsOf(address), 0)
}

/** Says what a packed address is for; what no registry names is `public` in IPv4 and `reserved` in IPv6. */
export function classifyPacked(words: Uint32Array, offset: number): AddressClass {
  for (const { range, addressClass } of PACKED_RANGES) {
    if (rangeContains(range, words, offset)) return addressClass
  }
  return 'reserved'
}

/**
 * Says what a range is for: `public` only when every special range in it is. Of several the first of the registries counts.
 */
export function classifyRange(range: PackedRange): AddressClass {
  for (const { range: special, addressClass } of PACKED_RANGES) {
    const isInside = special.prefixLength <= range.prefixLength && rangeContains(special, range.words, 0)
    if (isInside) return addressClass
    const holdsIt = range.prefixLength < special.prefixLength && rangeContains(range, special.words, 0)
    if (holdsIt && addressClass !== 'public') return addressClass
  }
  return 'reserved'
}

/** All addresses of the wanted classes, as ranges that do not overlap. */
export function rangesOfClasses(isWanted: (addressClass: AddressClass) => boolean): readonly PackedRange[] {
  const found: PackedRange[] = []
  const collect = (range: PackedRange): void => {
    const halves = halvesOf(range)
    const isMixed = PACKED_RANGES.some(
      ({ range: special }) =>
        special.prefixLength > range.prefixLength && rangeContains(range, special.words, 0),
    )
    if (halves === undefined || !isMixed) {
      if (isWanted(classifyPacked(range.words, 0))) found.push(range)
    } else for (const half of halves) collect(half)
  }
  for (const all of ['0.0.0.0/0', '::/0']) {
    const range = packRange(all)
    if (range !== undefined) collect(range)
  }
  return found
}

/** Whether no packet can truthfully come from an address of this class, wherever the honeypot stands. */
export function isNeverSource(addressClass: AddressClass): boolean {
  return addressClass === 'unspecified' || addressClass === 'multicast' || addressClass === 'broadcast'
}
