import { type PackedRange, WORDS_PER_ADDRESS } from '../../ip/index.ts'
import { AddressColumns, NetworkColumns } from './columns.ts'

/** Why something is to be blocked: the dataset under which an address was reported, or the list that a network is on. */
export type DecisionOrigin =
  | { readonly kind: 'reported'; readonly dataset: string }
  | { readonly kind: 'private-list' | 'public-list'; readonly listId: string; readonly name: string }

/**
 * What is to be blocked of everything it speaks of, which replaces whatever was said of it before: of each IPv4 address by itself,
 * of whole IPv6 sites (/48), and of all networks of lists at once. Never changes once it is made.
 */
export interface Layer {
  /** With an end of 0: the address is not to be blocked. */
  readonly ipv4: AddressColumns
  /** First two words of each /48 that is replaced. */
  readonly sites: Uint32Array
  /** What is to be blocked of them. */
  readonly ipv6: NetworkColumns
  /** The reported addresses of them that this follows from, for whoever can block single addresses only. */
  readonly ipv6Members: NetworkColumns
  /** What is to be blocked because it is on lists, when all of that is replaced. */
  readonly networks: NetworkColumns | undefined
  readonly origins: readonly DecisionOrigin[]
}

/** What is to be blocked, for how long and why. */
export interface Blocked {
  readonly range: PackedRange
  /** Epoch milliseconds; infinite: never. */
  readonly expiresAtMs: number
  /** Index of the origin in the layer. */
  readonly origin: number
}

/** Gathers what a layer says. */
export class LayerBuilder {
  readonly #ipv4 = new AddressColumns()
  readonly #ipv6 = new NetworkColumns()
  readonly #ipv6Members = new NetworkColumns()
  readonly #sites: number[] = []
  readonly #origins: DecisionOrigin[] = []
  readonly #originByText = new Map<string, number>()
  #networks: NetworkColumns | undefined

  /** The index of why something was reported. */
  reportedOrigin(dataset: string): number {
    return this.#originByText.get(dataset) ?? this.#addOrigin(dataset, { kind: 'reported', dataset })
  }

  /** The index of a list. */
  listOrigin(origin: Exclude<DecisionOrigin, { kind: 'reported' }>): number {
    // no dataset has a space in its name
    const key = `${origin.kind} ${origin.listId}`
    return this.#originByText.get(key) ?? this.#addOrigin(key, origin)
  }

  /** @param expiresAtMs 0: it is not to be blocked */
  addIpv4(address: number, expiresAtMs: number, origin: number): void {
    this.#ipv4.add(address, expiresAtMs, origin)
  }

  replaceSite(firstWord: number, secondWord: number): void {
    this.#sites.push(firstWord, secondWord)
  }

  addIpv6(blocked: Blocked): void {
    this.#ipv6.add(blocked)
  }

  addIpv6Member(blocked: Blocked): void {
    this.#ipv6Members.add(blocked)
  }

  replaceNetworks(all: Iterable<Blocked>): void {
    this.#networks = new NetworkColumns()
    for (const blocked of all) this.#networks.add(blocked)
    this.#networks.trim()
  }

  finish(): Layer {
    this.#ipv4.trim()
    this.#ipv6.trim()
    this.#ipv6Members.trim()
    return {
      ipv4: this.#ipv4,
      sites: Uint32Array.from(this.#sites),
      ipv6: this.#ipv6,
      ipv6Members: this.#ipv6Members,
      networks: this.#networks,
      origins: this.#origins,
    }
  }

  #addOrigin(key: string, origin: DecisionOrigin): number {
    const index = this.#origins.push(origin) - 1
    this.#originByText.set(key, index)
    return index
  }
}

/** Which site a packed IPv6 address is in, as one number below 2^48. */
export function siteNumberOf(words: Uint32Array, offset: number): number {
  return (words[offset] ?? 0) * 0x10000 + ((words[offset + 1] ?? 0) >>> 16)
}

/** The first two words of a site; the reverse of {@link siteNumberOf}. */
export function siteWordsOf(site: number): readonly [firstWord: number, secondWord: number] {
  return [Math.floor(site / 0x10000), ((site % 0x10000) << 16) >>> 0]
}

/** A site as a network. */
export function siteRange(sites: Uint32Array, index: number): PackedRange {
  const words = new Uint32Array(WORDS_PER_ADDRESS)
  words[0] = sites[2 * index] ?? 0
  words[1] = sites[2 * index + 1] ?? 0
  return { words, prefixLength: 48 }
}
