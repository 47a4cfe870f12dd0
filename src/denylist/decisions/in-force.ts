import { setImmediate as turn } from 'node:timers/promises'
import { EntrySum, type PackedRange, WORDS_PER_ADDRESS } from '../../ip/index.ts'
import type { DecisionChanges, DecisionsChecksum } from './decisions.ts'
import { type DecisionOrigin, type Layer, siteNumberOf } from './layer.ts'

/** Entries gone through without a pause; a few milliseconds. */
const STEP_ENTRIES = 16_384
const WHOLE_ADDRESS_BITS = 128

/** Something that is to be blocked. */
export interface Decision {
  /** Because addresses in it were reported, or because it is on a list. */
  readonly part: 'address' | 'network'
  readonly range: PackedRange
  /** Epoch milliseconds; infinite: never. */
  readonly expiresAtMs: number
  readonly origin: DecisionOrigin | undefined
}

/** Is told of each thing that is to be blocked. */
export interface Visitor {
  ipv4(address: number, expiresAtMs: number, origin: DecisionOrigin | undefined): void
  wide(part: Decision['part'], range: PackedRange, rest: Pick<Decision, 'expiresAtMs' | 'origin'>): void
}

/** All that a whole set says is to be blocked and ends after `atMs`, in no particular order. */
export function decisionsOf({ layers }: Pick<DecisionChanges, 'layers'>, atMs: number): readonly Decision[] {
  const found: Decision[] = []
  const visitor: Visitor = {
    ipv4: (address, expiresAtMs, origin) => {
      const words = Uint32Array.of(0, 0, 0xffff, address)
      const range = { words, prefixLength: WHOLE_ADDRESS_BITS }
      found.push({ part: 'address', range, expiresAtMs, origin })
    },
    wide: (part, range, rest) => found.push({ part, range, ...rest }),
  }
  for (const _ of visitInSteps(layers, atMs, visitor));
  return found
}

/** The checksum of all that a whole set says is to be blocked and ends after `atMs`; in steps. */
export async function checksumOf(
  { layers }: Pick<DecisionChanges, 'layers'>,
  atMs: number,
): Promise<DecisionsChecksum> {
  const sum = new EntrySum()
  let count = 0
  const visitor: Visitor = {
    ipv4: (address, expiresAtMs) => {
      count++
      sum.addIpv4(address, expiresAtMs)
    },
    wide: (part, { words, prefixLength }, { expiresAtMs }) => {
      count++
      sum.add({ words, offset: 0, prefixLength }, part === 'address' ? 0 : 1, expiresAtMs)
    },
  }
  for (const _ of visitInSteps(layers, atMs, visitor)) await turn()
  return { checksum: String(sum), count }
}

/** The newest layer first: what it speaks of is not looked up in older ones. A pause is due after each step. */
export function* visitInSteps(layers: readonly Layer[], atMs: number, visitor: Visitor): Iterable<void> {
  const addresses = new Set<number>()
  const sites = new Set<number>()
  let hasNetworks = false
  for (const layer of layers.toReversed()) {
    yield* visitIpv4(layer, { atMs, visitor, replaced: addresses })
    if (layer !== layers[0]) addAll(addresses, layer)
    const { ipv6, networks, origins } = layer
    for (let index = 0; index < ipv6.count; index++) {
      if (index % STEP_ENTRIES === STEP_ENTRIES - 1) yield
      const expiresAtMs = ipv6.expiresAtMs[index] ?? 0
      if (expiresAtMs <= atMs || sites.has(siteNumberOf(ipv6.words, WORDS_PER_ADDRESS * index))) continue
      const origin = origins[ipv6.origins[index] ?? 0]
      visitor.wide('address', ipv6.rangeAt(index), { expiresAtMs, origin })
    }
    for (let index = 0; index < layer.sites.length; index += 2) sites.add(siteNumberOf(layer.sites, index))
    if (networks === undefined || hasNetworks) continue
    hasNetworks = true
    for (let index = 0; index < networks.count; index++) {
      const expiresAtMs = networks.expiresAtMs[index] ?? 0
      if (expiresAtMs <= atMs) continue
      const origin = origins[networks.origins[index] ?? 0]
      visitor.wide('network', networks.rangeAt(index), { expiresAtMs, origin })
    }
  }
}

function* visitIpv4(
  { ipv4, origins }: Layer,
  {
    atMs,
    visitor,
    replaced,
  }: { readonly atMs: number; readonly visitor: Visitor; readonly replaced: ReadonlySet<number> },
): Iterable<void> {
  for (let index = 0; index < ipv4.count; index++) {
    if (index % STEP_ENTRIES === STEP_ENTRIES - 1) yield
    const address = ipv4.addresses[index] ?? 0
    const expiresAtMs = ipv4.expiresAtMs[index] ?? 0
    if (replaced.size > 0 && replaced.has(address)) continue
    if (expiresAtMs > atMs) visitor.ipv4(address, expiresAtMs, origins[ipv4.origins[index] ?? 0])
  }
}

function addAll(addresses: Set<number>, { ipv4 }: Layer): void {
  for (let index = 0; index < ipv4.count; index++) addresses.add(ipv4.addresses[index] ?? 0)
}
