import type { HostReason } from '../../host/index.ts'
import { type PackedRange, packRange, rangeContains, rangeText, Shield } from '../../ip/index.ts'
import { isHost, type Network, parseNetwork } from '../networks.ts'

/** A network that may not be dropped on this host. */
export interface ProtectedNetwork {
  readonly network: Network
  readonly reason: HostReason | 'fixed'
}

interface Held extends ProtectedNetwork {
  readonly packed: PackedRange
}

/** What may not be dropped, whoever wants it; see {@link ProtectedSet.cutOut}. */
export class ProtectedSet {
  readonly #held: readonly Held[]
  readonly #shield: Shield

  constructor(networks: readonly ProtectedNetwork[]) {
    this.#held = networks.flatMap((each) => {
      const packed = packRange(each.network)
      return packed === undefined ? [] : [{ ...each, packed }]
    })
    this.#shield = new Shield(this.#held.map(({ packed }) => packed))
  }

  /** Whether the network holds or lies in something protected; quicker than {@link why}. */
  touches(network: Network): boolean {
    const packed = packRange(network)
    return packed !== undefined && this.#shield.shareOf(packed) !== 'none'
  }

  /** @returns what protects the whole network or a part of it */
  why(network: Network): readonly ProtectedNetwork[] {
    const packed = packRange(network)
    if (packed === undefined) return []
    return this.#held
      .filter((each) => areNested(each.packed, packed))
      .map(({ network: found, reason }) => ({ network: found, reason }))
  }

  /**
   * What of a network may be dropped: itself where nothing in it is protected, nothing of a host
   * that holds something protected, and of a range the largest parts beside what is.
   */
  cutOut(network: Network): readonly Network[] {
    const packed = packRange(network)
    if (packed === undefined) return []
    if (this.#shield.shareOf(packed) === 'none') return [network]
    if (isHost(network)) return []
    return this.#shield.remainderOf(packed).flatMap((part) => parseNetwork(rangeText(part)) ?? [])
  }
}

function areNested(left: PackedRange, right: PackedRange): boolean {
  const [wide, narrow] = left.prefixLength <= right.prefixLength ? [left, right] : [right, left]
  return rangeContains(wide, narrow.words, 0)
}
