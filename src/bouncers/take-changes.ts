import { type DecisionChanges, type Layer, siteNumberOf } from '../denylist/index.ts'
import { isPackedIpv4, WORDS_PER_ADDRESS } from '../ip/index.ts'
import type { HandoutRows } from './handout-rows.ts'
import { scenarioOf } from './scenario.ts'

/** Rows gone through without a pause; a millisecond or two. */
const STEP_ROWS = 16_384
const ADDRESS_BITS = 128

type Networks = Layer['ipv6']

/** Takes down what is to be blocked now, in steps: of what the changes speak of, or of everything. */
export function* takeChanges(rows: HandoutRows, { since, layers }: DecisionChanges): Iterable<void> {
  if (since === undefined) yield* forgetAll(rows)
  for (const layer of layers) yield* takeLayer(rows, layer)
}

function* forgetAll(rows: HandoutRows): Iterable<void> {
  for (let row = 0; row < rows.end; row++) {
    if (row % STEP_ROWS === STEP_ROWS - 1) yield
    rows.addressEndMs[row] = 0
    rows.networkEndMs[row] = 0
  }
}

function* takeLayer(rows: HandoutRows, layer: Layer): Iterable<void> {
  const labels = layer.origins.map((origin) => rows.labelOf(scenarioOf(origin)))
  yield* takeIpv4(rows, layer, labels)
  if (layer.sites.length > 0) yield* forgetSites(rows, layer.sites)
  for (const networks of [layer.ipv6, layer.ipv6Members])
    yield* takeNetworks(rows, networks, { labels, part: 'address' })
  if (layer.networks === undefined) return
  yield* forgetNetworks(rows)
  yield* takeNetworks(rows, layer.networks, { labels, part: 'network' })
}

function* takeIpv4(rows: HandoutRows, { ipv4 }: Layer, labels: readonly number[]): Iterable<void> {
  const words = Uint32Array.of(0, 0, 0xffff, 0)
  for (let index = 0; index < ipv4.count; index++) {
    if (index % STEP_ROWS === STEP_ROWS - 1) yield
    words[3] = ipv4.addresses[index] ?? 0
    const endMs = ipv4.expiresAtMs[index] ?? 0
    const row = endMs === 0 ? rows.find(words, 0, ADDRESS_BITS) : rows.take(words, 0, ADDRESS_BITS)
    if (row < 0) continue
    rows.addressEndMs[row] = endMs
    rows.addressLabels[row] = labels[ipv4.origins[index] ?? 0] ?? 0
  }
}

function* forgetSites(rows: HandoutRows, words: Uint32Array): Iterable<void> {
  const sites = new Set<number>()
  for (let index = 0; index < words.length; index += 2) sites.add(siteNumberOf(words, index))
  for (let row = 0; row < rows.end; row++) {
    if (row % STEP_ROWS === STEP_ROWS - 1) yield
    const offset = WORDS_PER_ADDRESS * row
    if (isPackedIpv4(rows.words, offset)) continue
    if (sites.has(siteNumberOf(rows.words, offset))) rows.addressEndMs[row] = 0
  }
}

function* forgetNetworks(rows: HandoutRows): Iterable<void> {
  for (let row = 0; row < rows.end; row++) {
    if (row % STEP_ROWS === STEP_ROWS - 1) yield
    rows.networkEndMs[row] = 0
  }
}

/** Of what is there twice, the later end counts: an address may be a network of its own and a member of another. */
function* takeNetworks(
  rows: HandoutRows,
  networks: Networks,
  { labels, part }: { readonly labels: readonly number[]; readonly part: 'address' | 'network' },
): Iterable<void> {
  for (let index = 0; index < networks.count; index++) {
    if (index % STEP_ROWS === STEP_ROWS - 1) yield
    const prefixLength = networks.prefixLengths[index] ?? 0
    const row = rows.take(networks.words, WORDS_PER_ADDRESS * index, prefixLength)
    // only now: a new row may have made the arrays grow
    const ends = part === 'address' ? rows.addressEndMs : rows.networkEndMs
    const labelsOfRows = part === 'address' ? rows.addressLabels : rows.networkLabels
    const endMs = networks.expiresAtMs[index] ?? 0
    if (endMs <= (ends[row] ?? 0)) continue
    ends[row] = endMs
    labelsOfRows[row] = labels[networks.origins[index] ?? 0] ?? 0
  }
}
