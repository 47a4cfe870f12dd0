import { halvesOf, type PackedRange, packRange, rangeContains, rangeText } from '../../ip/index.ts'
import { isHost, type Network, parseNetwork } from '../networks.ts'
import type { ProtectedNetwork } from './find-protected.ts'

interface Held extends ProtectedNetwork {
  readonly packed: PackedRange
}

/** What may not be dropped, whoever wants it; see {@link ProtectedSet.cutOut}. */
export class ProtectedSet {
  readonly #held: readonly Held[]

  constructor(networks: readonly ProtectedNetwork[]) {
    this.#held = networks.flatMap((each) => {
      const packed = packRange(each.network)
      return packed === undefined ? [] : [{ ...each, packed }]
    })
  }

  get size(): number {
    return this.#held.length
  }

  /** @returns what protects the whole network or a part of it */
  why(network: Network): readonly ProtectedNetwork[] {
    const packed = packRange(network)
    if (packed === undefined) return []
    return this.#touching(packed).map(({ network: found, reason }) => ({ network: found, reason }))
  }

  /**
   * What of a network may be dropped: itself where nothing in it is protected, nothing of a host
   * that holds something protected, and of a range the largest parts beside what is.
   */
  cutOut(network: Network): readonly Network[] {
    const packed = packRange(network)
    if (packed === undefined) return []
    const inside = this.#touching(packed)
    if (inside.length === 0) return [network]
    if (isHost(network)) return []
    return cut(packed, inside).flatMap((part) => parseNetwork(rangeText(part)) ?? [])
  }

  #touching(range: PackedRange): readonly Held[] {
    return this.#held.filter(({ packed }) => touches(packed, range))
  }
}

function touches(left: PackedRange, right: PackedRange): boolean {
  const [wide, narrow] = left.prefixLength <= right.prefixLength ? [left, right] : [right, left]
  return rangeContains(wide, narrow.words, 0)
}

/** Halves the range until a half holds nothing of `inside`, or is nothing else. */
function cut(range: PackedRange, inside: readonly Held[]): readonly PackedRange[] {
  if (inside.length === 0) return [range]
  if (inside.some(({ packed }) => packed.prefixLength <= range.prefixLength)) return []
  return (halvesOf(range) ?? []).flatMap((half) =>
    cut(
      half,
      inside.filter(({ packed }) => touches(packed, half)),
    ),
  )
}
