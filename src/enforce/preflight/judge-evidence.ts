import { type PackedRange, packAddress, packRange, rangeContains, WORDS_PER_ADDRESS } from '../../ip/index.ts'
import { type Network, parseNetwork } from '../networks.ts'
import type { WantedBans } from '../ports.ts'
import type { Evidence } from './evidence.ts'

/** An address that is wanted here and would be blocked. */
export interface Conflict extends Evidence {
  /** What would block it. */
  readonly by: Network
}

/** Masks under which hosts are kept, the narrowest first. */
const HOST_LENGTHS = ['', '/64', '/56', '/48']

/** @returns what of the evidence the decisions would block, in the order of the evidence */
export function judgeEvidence(evidence: Iterable<Evidence>, decisions: WantedBans): readonly Conflict[] {
  const ranges = decisions.ranges.flatMap(({ network }) => {
    const packed = packRange(network)
    return packed === undefined ? [] : [{ network, packed }]
  })
  return [...evidence].flatMap((each) => {
    const by = blockerOf(each, { decisions, ranges })
    return by === undefined ? [] : [{ ...each, by }]
  })
}

function blockerOf(
  { address }: Evidence,
  {
    decisions,
    ranges,
  }: {
    decisions: WantedBans
    ranges: readonly { readonly network: Network; readonly packed: PackedRange }[]
  },
): Network | undefined {
  const lengths = address.includes(':') ? HOST_LENGTHS : HOST_LENGTHS.slice(0, 1)
  for (const length of lengths) {
    const host = parseNetwork(`${address}${length}`)
    if (host !== undefined && decisions.expiresAtMsByHost.has(host)) return host
  }
  const words = new Uint32Array(WORDS_PER_ADDRESS)
  packAddress(address, words, 0)
  return ranges.find(({ packed }) => rangeContains(packed, words, 0))?.network
}
