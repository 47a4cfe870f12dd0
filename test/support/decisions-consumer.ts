import { type DecisionChanges, type Layer, type Revision, siteRange } from '../../src/denylist/index.ts'
import { EntrySum, packRange, rangeContains, rangeText } from '../../src/ip/index.ts'

/** Ends by network in canonical text; infinite: never. */
export type Ends = ReadonlyMap<string, number>

/** Holds what answers say, the simple way, by the rules of docs/reference/decisions.md. */
export class DecisionsConsumer {
  revision: Revision | undefined
  #addresses = new Map<string, number>()
  #networks = new Map<string, number>()
  /** The latest instant of an answer. */
  #atMs = 0

  /** A copy that goes its own way. */
  clone(): DecisionsConsumer {
    const copy = new DecisionsConsumer()
    copy.revision = this.revision
    copy.#addresses = new Map(this.#addresses)
    copy.#networks = new Map(this.#networks)
    copy.#atMs = this.#atMs
    return copy
  }

  /** @returns whether the answer is not of an earlier instant than one before it, so that its checksum proves something */
  take({ since, revision, layers, atMs }: DecisionChanges): boolean {
    if (since === undefined) {
      this.#addresses.clear()
      this.#networks.clear()
      this.#atMs = 0
    }
    for (const layer of layers) this.#takeLayer(layer)
    this.revision = revision
    const isLater = atMs >= this.#atMs
    this.#atMs = Math.max(atMs, this.#atMs)
    for (const ends of [this.#addresses, this.#networks])
      for (const [network, expiresAtMs] of ends) if (expiresAtMs <= atMs - 60_000) ends.delete(network)
    return isLater
  }

  addressesAt(nowMs: number): Ends {
    return new Map([...this.#addresses].filter(([, expiresAtMs]) => expiresAtMs > nowMs))
  }

  networksAt(nowMs: number): Ends {
    return new Map([...this.#networks].filter(([, expiresAtMs]) => expiresAtMs > nowMs))
  }

  /** The checksum of what it holds, and of how much. */
  checksumAt(nowMs: number): { checksum: string; count: number } {
    const sum = new EntrySum()
    const add = (part: 0 | 1) => (expiresAtMs: number, network: string) =>
      sum.add({ ...packRange(network)!, offset: 0 }, part, expiresAtMs)
    const addresses = this.addressesAt(nowMs)
    const networks = this.networksAt(nowMs)
    addresses.forEach(add(0))
    networks.forEach(add(1))
    return { checksum: String(sum), count: addresses.size + networks.size }
  }

  #takeLayer({ ipv4, sites, ipv6, networks }: Layer): void {
    for (let index = 0; index < ipv4.count; index++) {
      const words = Uint32Array.of(0, 0, 0xffff, ipv4.addresses[index]!)
      this.#addresses.set(rangeText({ words, prefixLength: 128 }), ipv4.expiresAtMs[index]!)
    }
    for (let index = 0; index < sites.length / 2; index++) {
      const site = siteRange(sites, index)
      for (const network of this.#addresses.keys())
        if (rangeContains(site, packRange(network)!.words, 0)) this.#addresses.delete(network)
    }
    for (let index = 0; index < ipv6.count; index++)
      this.#addresses.set(rangeText(ipv6.rangeAt(index)), ipv6.expiresAtMs[index]!)
    if (networks === undefined) return
    this.#networks.clear()
    for (let index = 0; index < networks.count; index++)
      this.#networks.set(rangeText(networks.rangeAt(index)), networks.expiresAtMs[index]!)
  }
}
