import { type Address, type PackedRange, packRange, type Range, rangeContains, wordsOf } from '../ip/index.ts'

/** Whether a key that may be used from `inner` only is bound at least as tightly as one that is bound to `outer`. */
export function isWithin(inner: readonly Range[], outer: readonly Range[]): boolean {
  if (outer.length === 0) return true
  const within = outer.map(packRange)
  return (
    inner.length > 0 &&
    inner
      .map(packRange)
      .every((one) => within.some((range) => one !== undefined && range !== undefined && holds(range, one)))
  )
}

function holds(range: PackedRange, inner: PackedRange): boolean {
  return inner.prefixLength >= range.prefixLength && rangeContains(range, inner.words, 0)
}

/** Whether a key that is bound to networks may be used from an address; one without any may be used from anywhere. */
export function mayBeUsedFrom(networks: readonly Range[], address: Address | undefined): boolean {
  if (networks.length === 0) return true
  if (address === undefined) return false
  const words = wordsOf(address)
  return networks.some((network) => {
    const range = packRange(network)
    return range !== undefined && rangeContains(range, words, 0)
  })
}
