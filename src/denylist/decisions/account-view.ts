import {
  isPackedIpv4,
  isTooWideToList,
  type PackedRange,
  rangeContains,
  rangeText,
  Shield,
  WORDS_PER_ADDRESS,
} from '../../ip/index.ts'
import type { AccountLists } from '../account-lists.ts'
import type { LabelTable } from '../label-table.ts'
import type { ListType } from '../lists/list-rows.ts'
import type { PublicListCatalogue } from '../lists/public-lists.ts'
import { type Blocked, LayerBuilder, siteNumberOf, siteWordsOf } from './layer.ts'
import type { ProtectedSet } from './protected-set.ts'
import { type ListedNetwork, listedNetworks } from './shields.ts'
import { longestListed } from './site-members.ts'
import { type Member, subjectsOf } from './widen.ts'
import { type Evidence, NO_EVIDENCE } from './worth.ts'

const ADDRESS_BITS = 128

export interface AccountViewOptions {
  readonly lists: AccountLists
  /** What is on the allowlists here is protected from the lists of all accounts. */
  readonly protection: AccountLists
  readonly labels: LabelTable
  readonly publicLists: PublicListCatalogue
  readonly protectedSet: ProtectedSet
}

/** An instant, with what may not be blocked then. */
export interface Moment {
  readonly nowMs: number
  readonly shield: Shield
}

/** A network with the kind of list it is on. */
type Listed = ListedNetwork & { readonly kind: 'private-list' | 'public-list' }

/** What holds of the networks between two instants at which one of them ends. */
interface NetworkState {
  readonly version: string
  readonly fromMs: number
  /** The first end of a shield; from then on it must be made anew. */
  readonly untilMs: number
  /** Of the shields that ended, latest last. */
  readonly ends: readonly { readonly range: PackedRange; readonly timeMs: number }[]
  readonly shield: Shield
  /** What is denied and not shielded, by canonical text. */
  readonly denied: ReadonlyMap<string, Omit<Blocked, 'origin'> & { readonly listed: Listed }>
}

/** Says what is to be blocked for one account, from its lists as they are at that moment. */
export class AccountView {
  readonly #options: AccountViewOptions
  readonly #words = new Uint32Array(WORDS_PER_ADDRESS)
  #networks: NetworkState | undefined

  constructor(options: AccountViewOptions) {
    this.#options = options
  }

  get lists(): AccountLists {
    return this.#options.lists
  }

  /** What may not be blocked at `nowMs`; to be asked for anew after each pause. */
  momentAt(nowMs: number): Moment {
    return { nowMs, shield: this.#stateAt(nowMs).shield }
  }

  /** Shields that ended by themselves after `sinceMs` and are still remembered by the lists, latest last. */
  endsBetween(sinceMs: number, nowMs: number): NetworkState['ends'] {
    return this.#stateAt(nowMs).ends.filter(({ timeMs }) => timeMs > sinceMs)
  }

  /** When the next shield ends; infinite when none does. */
  nextEndMs(nowMs: number): number {
    return this.#stateAt(nowMs).untilMs
  }

  /** Whether anything blocks the packed address. */
  blocks(words: Uint32Array, nowMs: number): boolean {
    const { denied, shield } = this.#stateAt(nowMs)
    if (shield.covers(words, 0)) return false
    for (const { range, expiresAtMs } of denied.values())
      if (expiresAtMs > nowMs && rangeContains(range, words, 0)) return true
    if (isPackedIpv4(words, 0)) {
      const row = this.lists.reported.find(words, 0)
      return row >= 0 && this.lists.reported.endOf(row) > nowMs
    }
    const builder = new LayerBuilder()
    this.addSiteByNumber(builder, siteNumberOf(words, 0), { nowMs, shield })
    const { ipv6 } = builder.finish()
    return Array.from({ length: ipv6.count }, (_, index) => ipv6.rangeAt(index)).some((range) =>
      rangeContains(range, words, 0),
    )
  }

  /** Adds everything that is blocked because it is on a list. */
  addNetworks(builder: LayerBuilder, nowMs: number): void {
    const { denied } = this.#stateAt(nowMs)
    const found: Blocked[] = []
    for (const { range, expiresAtMs, listed } of denied.values()) {
      if (expiresAtMs <= nowMs) continue
      const { kind, listId, listName: name } = listed
      found.push({ range, expiresAtMs, origin: builder.listOrigin({ kind, listId, name }) })
    }
    builder.replaceNetworks(found)
  }

  /** Adds the IPv4 address of a row if it is to be blocked; @returns whether it is. */
  addRow(builder: LayerBuilder, row: number, { nowMs, shield }: Moment): boolean {
    const { reported } = this.lists
    const expiresAtMs = reported.endOf(row)
    if (expiresAtMs <= nowMs) return false
    reported.copyWords(row, this.#words, 0)
    const address = this.#words[3] ?? 0
    if (!isPackedIpv4(this.#words, 0) || shield.covers4(address)) return false
    builder.addIpv4(address, expiresAtMs, builder.reportedOrigin(this.#datasetOf(row)))
    return true
  }

  /** Says what is to be blocked of an IPv4 address, or that it is not. */
  addIpv4(builder: LayerBuilder, address: number, moment: Moment): void {
    const row = this.#rowOfIpv4(address)
    if (row < 0 || !this.addRow(builder, row, moment)) builder.addIpv4(address, 0, 0)
  }

  /** Says what is to be blocked of an IPv6 site, of which this is the number by its address. */
  addSiteByNumber(builder: LayerBuilder, number: number, moment: Moment): void {
    const [firstWord, secondWord] = siteWordsOf(number)
    builder.replaceSite(firstWord, secondWord)
    const site = this.lists.reported.sites.siteOf(firstWord, secondWord)
    if (site >= 0) this.addSite(builder, site, moment)
  }

  /** Adds what is to be blocked of an IPv6 site, of which this is the number in the index. */
  addSite(builder: LayerBuilder, site: number, { nowMs, shield }: Moment): void {
    const { reported } = this.lists
    const words = this.#words
    const members: Member[] = []
    for (const row of reported.sites.rowsOf(site)) {
      const expiresAtMs = reported.endOf(row)
      if (expiresAtMs <= nowMs) continue
      reported.copyWords(row, words, 0)
      if (shield.covers(words, 0)) continue
      const origin = builder.reportedOrigin(this.#datasetOf(row))
      members.push({ secondWord: words[1] ?? 0, row, expiresAtMs, origin })
    }
    const wordsOf = (row: number) => {
      const own = new Uint32Array(WORDS_PER_ADDRESS)
      reported.copyWords(row, own, 0)
      return own
    }
    for (const subject of subjectsOf(members, { firstWord: words[0] ?? 0, shield, wordsOf }))
      builder.addIpv6(subject)
    const copyWords = (row: number, into: Uint32Array) => reported.copyWords(row, into, 0)
    for (const { row, ...rest } of longestListed(members, copyWords))
      builder.addIpv6Member({ range: { words: wordsOf(row), prefixLength: ADDRESS_BITS }, ...rest })
  }

  /** What is known of a reported address; nothing of one that is not on the list any more. */
  evidenceOfIpv4(address: number): Evidence {
    const row = this.#rowOfIpv4(address)
    return row < 0 ? NO_EVIDENCE : this.lists.reported.stayOf(row)
  }

  /** As {@link evidenceOfIpv4}, for the IPv6 site that has these first words: the most that is known of any of its addresses. */
  evidenceOfSite(firstWord: number, secondWord: number): Evidence {
    const { reported } = this.lists
    const site = reported.sites.siteOf(firstWord, secondWord)
    let { lastReportMs, totalReports } = NO_EVIDENCE
    if (site < 0) return NO_EVIDENCE
    for (const row of reported.sites.rowsOf(site)) {
      const stay = reported.stayOf(row)
      lastReportMs = Math.max(lastReportMs, stay.lastReportMs)
      totalReports = Math.max(totalReports, stay.totalReports)
    }
    return { lastReportMs, totalReports }
  }

  #rowOfIpv4(address: number): number {
    this.#words.fill(0)
    this.#words[2] = 0xffff
    this.#words[3] = address
    return this.lists.reported.find(this.#words, 0)
  }

  #datasetOf(row: number): string {
    return this.#options.labels.labelOf(this.lists.reported.labelIdOf(row)).dataset
  }

  #stateAt(nowMs: number): NetworkState {
    const { protectedSet, publicLists, lists } = this.#options
    const version = `${lists.touched.networkVersion} ${protectedSet.version} ${publicLists.version}`
    const known = this.#networks
    if (known?.version === version && known.fromMs <= nowMs && nowMs < known.untilMs) return known
    this.#networks = this.#makeState(version, nowMs)
    return this.#networks
  }

  #makeState(version: string, nowMs: number): NetworkState {
    const shields = [...this.#listed('ALLOW'), ...listedNetworks(this.#options.protection, 'ALLOW')]
    const inForce = shields.filter(({ expiresAtMs }) => expiresAtMs > nowMs)
    const shield = new Shield([...this.#options.protectedSet.ranges, ...inForce.map(({ range }) => range)])
    return {
      version,
      fromMs: nowMs,
      untilMs: inForce.reduce((ms, { expiresAtMs }) => Math.min(ms, expiresAtMs), Number.POSITIVE_INFINITY),
      ends: shields
        .filter(({ expiresAtMs }) => expiresAtMs <= nowMs)
        .map(({ range, expiresAtMs }) => ({ range, timeMs: expiresAtMs }))
        .toSorted((left, right) => left.timeMs - right.timeMs),
      shield,
      denied: deniedNetworks(this.#listed('DENY'), shield, nowMs),
    }
  }

  #listed(listType: ListType): readonly Listed[] {
    const { lists, publicLists } = this.#options
    const own = Array.from(listedNetworks(lists, listType), (each) => ({
      ...each,
      kind: 'private-list' as const,
    }))
    const infos = publicLists.list().filter((info) => info.listType === listType)
    return [...own, ...infos.flatMap((info) => this.#listedPublic(info.listId, info.name))]
  }

  #listedPublic(listId: string, listName: string): readonly Listed[] {
    const { lists, publicLists } = this.#options
    const selection = [...lists.private.selections()].find((each) => each.listId === listId)
    if (selection?.status !== 'ACTIVE') return []
    const { expiresAtMs: endMs = Number.POSITIVE_INFINITY } = selection
    return Array.from(publicLists.networksOf(listId), ({ range, expiresAtMs = endMs }) => ({
      range,
      expiresAtMs: Math.min(expiresAtMs, endMs),
      listId,
      listName,
      kind: 'public-list' as const,
    }))
  }
}

/** Of a network on several lists the one that stays longest counts. */
function deniedNetworks(listed: readonly Listed[], shield: Shield, nowMs: number): NetworkState['denied'] {
  const denied = new Map<string, Omit<Blocked, 'origin'> & { readonly listed: Listed }>()
  for (const each of listed) {
    if (each.expiresAtMs <= nowMs || isTooWideToList(each.range)) continue
    for (const range of shield.remainderOf(each.range)) {
      const text = rangeText(range)
      if ((denied.get(text)?.expiresAtMs ?? 0) < each.expiresAtMs)
        denied.set(text, { range, expiresAtMs: each.expiresAtMs, listed: each })
    }
  }
  return denied
}
