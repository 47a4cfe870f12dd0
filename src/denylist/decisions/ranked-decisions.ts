import { setImmediate as turn } from 'node:timers/promises'
import {
  ipv4Text,
  isIpv4Range,
  type PackedRange,
  type Range,
  rangeText,
  WORDS_PER_ADDRESS,
} from '../../ip/index.ts'
import { AddressColumns, NetworkColumns } from './columns.ts'
import type { DecisionChanges, RankedDecisions } from './decisions.ts'
import { type Visitor, visitInSteps } from './in-force.ts'
import type { DecisionOrigin } from './layer.ts'
import type { Revision } from './revision.ts'
import { sortInSteps } from './sort-in-steps.ts'
import { type Evidence, placeOf, worthOf } from './worth.ts'

const STEP_ENTRIES = 16_384
const WHOLE_ADDRESS_BITS = 128
const V4_PREFIX_WORD = 0xffff
const NO_ORIGIN: DecisionOrigin = { kind: 'reported', dataset: '' }

/** Says what is known of something that was reported. */
export interface EvidenceSource {
  evidenceOfIpv4(address: number): Evidence
  /** The most that is known of any address of an IPv6 site. */
  evidenceOfSite(firstWord: number, secondWord: number): Evidence
}

class Ranked implements RankedDecisions {
  readonly revision: Revision
  readonly atMs: number
  readonly nextEndMs: number
  readonly ipv4Count: number
  readonly bestFirst: Uint32Array
  readonly byAddress: Uint32Array
  readonly #entries: Entries

  constructor(
    { revision, atMs }: { readonly revision: Revision; readonly atMs: number },
    entries: Entries,
    orders: { readonly bestFirst: Uint32Array; readonly byAddress: Uint32Array },
  ) {
    this.revision = revision
    this.atMs = atMs
    this.nextEndMs = entries.nextEndMs
    this.ipv4Count = entries.ipv4Count
    this.bestFirst = orders.bestFirst
    this.byAddress = orders.byAddress
    this.#entries = entries
  }

  get count(): number {
    return this.bestFirst.length
  }

  get entriesEnd(): number {
    return this.#entries.end
  }

  isIpv4(entry: number): boolean {
    return this.#entries.isIpv4(entry)
  }

  prefixLengthOf(entry: number): number {
    const length = this.#entries.prefixLengthOf(entry)
    return this.isIpv4(entry) ? length - 96 : length
  }

  networkOf(entry: number): Range {
    return this.#entries.networkOf(entry)
  }

  expiresAtMsOf(entry: number): number {
    return this.#entries.expiresAtMsOf(entry)
  }

  reportedAtMsOf(entry: number): number {
    return this.#entries.reportedAtMsOf(entry)
  }

  originOf(entry: number): DecisionOrigin {
    return this.#entries.originOf(entry)
  }

  compare(entry: number, other: RankedDecisions, otherEntry: number): number {
    if (!(other instanceof Ranked)) throw new TypeError('the two were not made alike')
    const [left, right] = [this.#entries, other.#entries]
    for (let word = 0; word < WORDS_PER_ADDRESS; word++) {
      const difference = left.wordOf(entry, word) - right.wordOf(otherEntry, word)
      if (difference !== 0) return difference
    }
    return left.prefixLengthOf(entry) - right.prefixLengthOf(otherEntry)
  }
}

/** Ranks a whole set as it is at `atMs`; in steps. */
export async function rankDecisions(
  whole: DecisionChanges,
  atMs: number,
  source: EvidenceSource,
): Promise<RankedDecisions> {
  const entries = new Entries()
  for (const _ of visitInSteps(whole.layers, atMs, entries)) await turn()
  await entries.joinRepeated()
  const byAddress = await entries.byAddress()
  const places = await entries.places(source)
  const bestFirst = await sortInSteps(byAddress.slice(), (entry) => places[entry] ?? 0)
  return new Ranked({ revision: whole.revision, atMs }, entries, { bestFirst, byAddress })
}

/** Single IPv4 addresses have the first numbers, everything else those behind them. */
class Entries implements Visitor {
  readonly #ipv4 = new AddressColumns()
  readonly #wide = new NetworkColumns()
  readonly #isDropped = new Set<number>()
  #reportedAtMs = new Float64Array(0)
  /** Of those that are on lists, by their number among the wide ones. */
  readonly #listed: number[] = []
  readonly #origins: DecisionOrigin[] = []
  readonly #numberByOrigin = new Map<DecisionOrigin | undefined, number>()
  nextEndMs = Number.POSITIVE_INFINITY
  ipv4Count = 0

  get end(): number {
    return this.#ipv4.count + this.#wide.count
  }

  ipv4(address: number, expiresAtMs: number, origin: DecisionOrigin | undefined): void {
    this.#ipv4.add(address, expiresAtMs, this.#numberOf(origin))
    this.#note(expiresAtMs)
    this.ipv4Count++
  }

  wide(
    part: 'address' | 'network',
    range: PackedRange,
    { expiresAtMs, origin }: { readonly expiresAtMs: number; readonly origin: DecisionOrigin | undefined },
  ): void {
    if (part === 'network') this.#listed.push(this.#wide.count)
    this.#wide.add({ range, expiresAtMs, origin: this.#numberOf(origin) })
    this.#note(expiresAtMs)
    if (isIpv4Range(range)) this.ipv4Count++
  }

  /** What was reported and is on a list as well counts once, with the later end. */
  async joinRepeated(): Promise<void> {
    const listed = new Map<string, number>()
    for (const wide of this.#listed) listed.set(rangeText(this.#wide.rangeAt(wide)), wide)
    if (listed.size === 0) return
    const single = new Map<number, number>()
    for (const wide of listed.values()) {
      const range = this.#wide.rangeAt(wide)
      if (range.prefixLength === WHOLE_ADDRESS_BITS && isIpv4Range(range))
        single.set(range.words[3] ?? 0, wide)
    }
    const own = new Set(this.#listed)
    for (let index = 0; index < this.#ipv4.count; index++) {
      if (index % STEP_ENTRIES === STEP_ENTRIES - 1) await turn()
      const wide = single.get(this.#ipv4.addresses[index] ?? 0)
      if (wide !== undefined) this.#dropEarlier(index, this.#ipv4.count + wide)
    }
    for (let index = 0; index < this.#wide.count; index++) {
      if (index % STEP_ENTRIES === STEP_ENTRIES - 1) await turn()
      const wide = own.has(index) ? undefined : listed.get(rangeText(this.#wide.rangeAt(index)))
      if (wide !== undefined) this.#dropEarlier(this.#ipv4.count + index, this.#ipv4.count + wide)
    }
  }

  /** The entries that count, by their first address, the wider ones first. */
  async byAddress(): Promise<Uint32Array> {
    const { addresses, count } = this.#ipv4
    const singles = await sortInSteps(await this.#kept(0, count), (entry) => addresses[entry] ?? 0)
    let wide = await this.#kept(count, this.end)
    wide = await sortInSteps(wide, (entry) => this.prefixLengthOf(entry))
    for (let word = WORDS_PER_ADDRESS - 1; word >= 0; word--)
      wide = await sortInSteps(wide, (entry) => this.wordOf(entry, word))
    return wide.length === 0 ? singles : await this.#merge(wide, singles)
  }

  /** By which the most worth having is the lowest; notes when what was reported was. */
  async places(source: EvidenceSource): Promise<Uint32Array> {
    const places = new Uint32Array(this.end)
    this.#reportedAtMs = new Float64Array(this.end)
    const evidenceBySite = new Map<string, Evidence>()
    for (let entry = 0; entry < places.length; entry++) {
      if (entry % STEP_ENTRIES === STEP_ENTRIES - 1) await turn()
      const { kind } = this.originOf(entry)
      const evidence = kind === 'reported' ? this.#evidenceOf(entry, source, evidenceBySite) : undefined
      places[entry] = placeOf(kind, evidence === undefined ? 0 : worthOf(evidence))
      this.#reportedAtMs[entry] = evidence?.lastReportMs ?? 0
    }
    return places
  }

  reportedAtMsOf(entry: number): number {
    return this.#reportedAtMs[entry] ?? 0
  }

  isIpv4(entry: number): boolean {
    return entry < this.#ipv4.count || isIpv4Range(this.#wide.rangeAt(entry - this.#ipv4.count))
  }

  prefixLengthOf(entry: number): number {
    const wide = entry - this.#ipv4.count
    return wide < 0 ? WHOLE_ADDRESS_BITS : (this.#wide.prefixLengths[wide] ?? 0)
  }

  wordOf(entry: number, word: number): number {
    const wide = entry - this.#ipv4.count
    if (wide >= 0) return this.#wide.words[WORDS_PER_ADDRESS * wide + word] ?? 0
    if (word === 3) return this.#ipv4.addresses[entry] ?? 0
    return word === 2 ? V4_PREFIX_WORD : 0
  }

  networkOf(entry: number): Range {
    const wide = entry - this.#ipv4.count
    if (wide >= 0) return rangeText(this.#wide.rangeAt(wide))
    return `${ipv4Text(this.#ipv4.addresses[entry] ?? 0)}/32` as Range
  }

  expiresAtMsOf(entry: number): number {
    const wide = entry - this.#ipv4.count
    return (wide < 0 ? this.#ipv4.expiresAtMs[entry] : this.#wide.expiresAtMs[wide]) ?? 0
  }

  originOf(entry: number): DecisionOrigin {
    const wide = entry - this.#ipv4.count
    const number = wide < 0 ? this.#ipv4.origins[entry] : this.#wide.origins[wide]
    return this.#origins[number ?? 0] ?? NO_ORIGIN
  }

  /** Of a reported one; all of a /48 counts alike. */
  #evidenceOf(entry: number, source: EvidenceSource, evidenceBySite: Map<string, Evidence>): Evidence {
    if (entry < this.#ipv4.count) return source.evidenceOfIpv4(this.wordOf(entry, 3))
    const words = [this.wordOf(entry, 0), this.wordOf(entry, 1)] as const
    const key = `${words[0]} ${words[1] >>> 16}`
    const known = evidenceBySite.get(key)
    if (known !== undefined) return known
    const evidence = source.evidenceOfSite(...words)
    evidenceBySite.set(key, evidence)
    return evidence
  }

  async #kept(from: number, end: number): Promise<Uint32Array> {
    const kept = new Uint32Array(end - from)
    let count = 0
    for (let entry = from; entry < end; entry++) {
      if (entry % STEP_ENTRIES === STEP_ENTRIES - 1) await turn()
      if (!this.#isDropped.has(entry)) kept[count++] = entry
    }
    return kept.subarray(0, count)
  }

  /** Two that are in order become one; of two with the same first address the wide one comes first. */
  async #merge(wide: Uint32Array, singles: Uint32Array): Promise<Uint32Array> {
    const merged = new Uint32Array(wide.length + singles.length)
    let atWide = 0
    let next = this.#firstIpv4Of(wide[0])
    for (let at = 0; at < merged.length; at++) {
      if (at % STEP_ENTRIES === STEP_ENTRIES - 1) await turn()
      const single = singles[at - atWide]
      const isWide = atWide < wide.length && (single === undefined || next <= this.wordOf(single, 3))
      merged[at] = (isWide ? wide[atWide++] : single) ?? 0
      if (isWide) next = this.#firstIpv4Of(wide[atWide])
    }
    return merged
  }

  /** The first address as a number; behind all of them for IPv6. */
  #firstIpv4Of(entry: number | undefined): number {
    return entry !== undefined && this.isIpv4(entry) ? this.wordOf(entry, 3) : Number.POSITIVE_INFINITY
  }

  #dropEarlier(left: number, right: number): void {
    const isRightLater = this.expiresAtMsOf(right) > this.expiresAtMsOf(left)
    this.#isDropped.add(isRightLater ? left : right)
    this.ipv4Count -= this.isIpv4(left) ? 1 : 0
  }

  #numberOf(origin: DecisionOrigin | undefined): number {
    const known = this.#numberByOrigin.get(origin)
    if (known !== undefined) return known
    const number = this.#origins.push(origin ?? NO_ORIGIN) - 1
    this.#numberByOrigin.set(origin, number)
    return number
  }

  #note(expiresAtMs: number): void {
    if (expiresAtMs < this.nextEndMs) this.nextEndMs = expiresAtMs
  }
}
