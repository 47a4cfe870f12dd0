import { setImmediate as turn } from 'node:timers/promises'
import { isIpv4Range, isPackedIpv4, type PackedRange, Shield, WORDS_PER_ADDRESS } from '../../ip/index.ts'
import type { AccountView } from './account-view.ts'
import { type Layer, LayerBuilder, siteNumberOf } from './layer.ts'
import type { Progress } from './touched-log.ts'

const ADDRESS_BITS = 128
const SITE_BITS = 48
/** Keys looked at without a pause; a few milliseconds. */
const STEP_KEYS = 4096
/** Rows gone through without a pause; a millisecond or two. */
const STEP_ROWS = 16_384

/** What was touched in some time: the pieces of which a layer is made. */
export class TouchedKeys {
  readonly #ipv4 = new Set<number>()
  readonly #sites = new Set<number>()
  /** What holds addresses that may be on the reported list: it must be gone through. */
  readonly #ranges: PackedRange[] = []
  #touchesNetworks = false
  readonly #view: AccountView

  constructor(view: AccountView) {
    this.#view = view
  }

  /** Whether it is little enough to be looked at without a pause. */
  get isSmall(): boolean {
    return this.#ranges.length === 0 && this.#ipv4.size + this.#sites.size <= STEP_KEYS
  }

  get isEmpty(): boolean {
    return !this.#touchesNetworks && this.#ipv4.size + this.#sites.size + this.#ranges.length === 0
  }

  /** Adds what was touched after `since`. @returns whether it can be told; if not, everything may have been */
  collect(since: Progress, nowMs: number): boolean {
    const { touched } = this.#view.lists
    if (!touched.reaches(since)) return false
    touched.eachAddressSince(since.position, (words, offset) => this.#addAddress(words, offset))
    for (const { shielded } of touched.networksSince(since)) {
      if (shielded === 'all') return false
      this.#touchesNetworks = true
      for (const range of shielded) this.#addRange(range)
    }
    for (const { range } of this.#view.endsBetween(since.timeMs, nowMs)) {
      this.#touchesNetworks = true
      this.#addRange(range)
    }
    return true
  }

  /** Finds the addresses that lie in touched networks, in steps. */
  async resolveRanges(): Promise<void> {
    if (this.#ranges.length === 0) return
    const ranges = new Shield(this.#ranges.splice(0))
    const { reported } = this.#view.lists
    const words = new Uint32Array(WORDS_PER_ADDRESS)
    for (let row = 0; row < reported.rowsEnd; row++) {
      if (row % STEP_ROWS === STEP_ROWS - 1) await turn()
      if (!reported.isInUse(row)) continue
      reported.copyWords(row, words, 0)
      if (ranges.covers(words, 0)) this.#addAddress(words, 0)
    }
  }

  /** What is to be blocked of all of it, without a pause. */
  look(nowMs: number): Layer {
    const builder = new LayerBuilder()
    for (const _ of this.#lookInSteps(builder, () => nowMs));
    return builder.finish()
  }

  /** As {@link look}, in steps: what is touched meanwhile may be seen as it was or as it is. */
  async lookSlowly(nowMs: () => number): Promise<Layer> {
    const builder = new LayerBuilder()
    for (const _ of this.#lookInSteps(builder, nowMs)) await turn()
    return builder.finish()
  }

  *#lookInSteps(builder: LayerBuilder, nowMs: () => number): Iterable<void> {
    let moment = this.#view.momentAt(nowMs())
    if (this.#touchesNetworks) this.#view.addNetworks(builder, moment.nowMs)
    let count = 0
    for (const address of this.#ipv4) {
      if (++count % STEP_KEYS === 0) {
        yield
        moment = this.#view.momentAt(nowMs())
      }
      this.#view.addIpv4(builder, address, moment)
    }
    for (const site of this.#sites) {
      if (++count % STEP_KEYS === 0) {
        yield
        moment = this.#view.momentAt(nowMs())
      }
      this.#view.addSiteByNumber(builder, site, moment)
    }
  }

  #addAddress(words: Uint32Array, offset: number): void {
    if (isPackedIpv4(words, offset)) this.#ipv4.add(words[offset + 3] ?? 0)
    else this.#sites.add(siteNumberOf(words, offset))
  }

  #addRange(range: PackedRange): void {
    const { words, prefixLength } = range
    // a site is looked at as a whole, however little of it was touched
    if (prefixLength >= (isIpv4Range(range) ? ADDRESS_BITS : SITE_BITS)) this.#addAddress(words, 0)
    else this.#ranges.push(range)
  }
}

/** What is to be blocked of everything, in steps: what is touched meanwhile may be seen as it was or as it is. */
export async function lookAtAll(view: AccountView, nowMs: () => number): Promise<Layer> {
  const builder = new LayerBuilder()
  const { reported } = view.lists
  let moment = view.momentAt(nowMs())
  view.addNetworks(builder, moment.nowMs)
  for (let row = 0; row < reported.rowsEnd; row++) {
    if (row % STEP_ROWS === STEP_ROWS - 1) {
      await turn()
      moment = view.momentAt(nowMs())
    }
    if (reported.isInUse(row)) view.addRow(builder, row, moment)
  }
  for (let site = 0; site < reported.sites.sitesEnd; site++) {
    if (site % STEP_KEYS === STEP_KEYS - 1) {
      await turn()
      moment = view.momentAt(nowMs())
    }
    view.addSite(builder, site, moment)
  }
  return builder.finish()
}
