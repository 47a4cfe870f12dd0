import { comparePacked, type PackedRange, packRange } from '../../ip/index.ts'
import type { ResourceType } from './list-rows.ts'

/** Networks by address, the wider first; AS numbers by value; the rest by its characters. */
export function sortElements(elements: Iterable<string>, resourceType: ResourceType): readonly string[] {
  if (resourceType === 'AS') return [...elements].toSorted((left, right) => Number(left) - Number(right))
  if (resourceType !== 'CIDR') return [...elements].toSorted()
  return Array.from(elements, (element) => ({ element, range: packedOf(element) }))
    .toSorted(
      ({ range: left }, { range: right }) =>
        comparePacked(left.words, 0, right.words, 0) || left.prefixLength - right.prefixLength,
    )
    .map(({ element }) => element)
}

function packedOf(element: string): PackedRange {
  const range = packRange(element)
  if (range === undefined) throw new TypeError(`not a range: ${JSON.stringify(element)}`)
  return range
}
