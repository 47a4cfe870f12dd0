import type { DecisionOrigin, Layer } from '../../../denylist/index.ts'
import { siteRange } from '../../../denylist/index.ts'
import { isIpv4Range, type PackedRange, rangeText, unpackAddress } from '../../../ip/index.ts'
import { LineWriter } from './line-writer.ts'

/** Entries written without a pause; a millisecond or two. */
const STEP_ENTRIES = 8192

/** What is written of a layer, with how many lines that is. */
export interface LayerLines {
  readonly chunks: Iterable<readonly Buffer[]>
  /** To be read when all chunks were. */
  readonly lines: () => number
}

/**
 * The lines of a layer, some at a time; see docs/reference/decisions.md.
 * @param firstOrigin the number of its first origin: each layer names its own
 */
export function linesOf(layer: Layer, firstOrigin: number): LayerLines {
  const writer = new LineWriter()
  return { chunks: chunksOf(layer, firstOrigin, writer), lines: () => writer.lines }
}

function* chunksOf(layer: Layer, firstOrigin: number, writer: LineWriter): Iterable<readonly Buffer[]> {
  const { ipv4, sites, ipv6, networks, origins } = layer
  origins.forEach((origin, index) => writer.value(['o', firstOrigin + index, originOf(origin)]))
  for (let index = 0; index < ipv4.count; index++) {
    if (index % STEP_ENTRIES === STEP_ENTRIES - 1) yield writer.takeFull()
    const origin = firstOrigin + (ipv4.origins[index] ?? 0)
    writer.ipv4(ipv4.addresses[index] ?? 0, ipv4.expiresAtMs[index] ?? 0, origin)
  }
  for (let index = 0; index < sites.length / 2; index++)
    writer.value(['d', networkText(siteRange(sites, index))])
  for (let index = 0; index < ipv6.count; index++) {
    if (index % STEP_ENTRIES === STEP_ENTRIES - 1) yield writer.takeFull()
    writer.value([
      'a',
      networkText(ipv6.rangeAt(index)),
      ipv6.expiresAtMs[index],
      firstOrigin + (ipv6.origins[index] ?? 0),
    ])
  }
  if (networks !== undefined) writer.value(['c'])
  for (let index = 0; index < (networks?.count ?? 0); index++) {
    if (index % STEP_ENTRIES === STEP_ENTRIES - 1) yield writer.takeFull()
    const expiresAtMs = networks?.expiresAtMs[index] ?? 0
    writer.value([
      'n',
      networkText(networks?.rangeAt(index) as PackedRange),
      Number.isFinite(expiresAtMs) ? expiresAtMs : null,
      firstOrigin + (networks?.origins[index] ?? 0),
    ])
  }
  yield writer.finish()
}

/** A single IPv4 address without its length. */
function networkText(range: PackedRange): string {
  return range.prefixLength === 128 && isIpv4Range(range) ? unpackAddress(range.words, 0) : rangeText(range)
}

function originOf(origin: DecisionOrigin): unknown {
  return origin.kind === 'reported'
    ? { list: 'reported', dataset: origin.dataset }
    : { list: origin.kind === 'private-list' ? 'private' : 'public', id: origin.listId, name: origin.name }
}
