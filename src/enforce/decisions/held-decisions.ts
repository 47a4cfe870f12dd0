import { EntrySum, type PackedRange, packRange } from '../../ip/index.ts'
import type { Network } from '../networks.ts'
import type { Ban } from '../ports.ts'
import type { DecisionChange } from '../wanted-set.ts'
import type { DecisionStep, DecisionsAnswer } from './read-answer.ts'

/** How long what has ended is kept: an answer may tell of an instant a little before the one before it. */
const KEPT_AFTER_END_MS = 60_000

/** What an answer brought about. */
export type Taken =
  /** Everything that is held is new. */
  { readonly kind: 'whole' } | { readonly kind: 'change'; readonly change: DecisionChange }

/**
 * The decisions of one account as the service told of them, by its rules (docs/reference/decisions.md). There are two parts,
 * addresses and networks of lists; the same network can stand in both, and is blocked until the later end.
 */
export class HeldDecisions {
  #revision: string | undefined
  #addresses = new Map<Network, number>()
  #networks = new Map<Network, number>()
  /** IPv6 of the first part by their /48: a site is dropped as one. */
  #bySite = new Map<string, Set<Network>>()

  /** What to ask for changes since; `undefined`: for everything. */
  get revision(): string | undefined {
    return this.#revision
  }

  get size(): number {
    return this.#addresses.size + this.#networks.size
  }

  /**
   * @throws TypeError it leads on from another revision than the one that is held: a fault of the caller, or of the service
   */
  take(answer: DecisionsAnswer): Taken {
    if (answer.since === undefined) {
      this.forget()
      for (const step of answer.steps) this.#step(step)
      this.#revision = answer.revision
      return { kind: 'whole' }
    }
    if (answer.since !== this.#revision)
      throw new TypeError(`${answer.since} is not ${String(this.#revision)}`)
    const touched = new Set<Network>()
    for (const step of answer.steps) this.#step(step, touched)
    this.#revision = answer.revision
    this.#sweep(answer.atMs - KEPT_AFTER_END_MS)
    return { kind: 'change', change: this.#changeOf(touched) }
  }

  /** Forgets everything: the next answer must tell everything. */
  forget(): void {
    this.#revision = undefined
    this.#addresses = new Map()
    this.#networks = new Map()
    this.#bySite = new Map()
  }

  /** Everything with its end by the clock of the service; of a network in both parts the later end counts. */
  *list(): Iterable<Ban> {
    for (const network of this.#addresses.keys()) yield this.#banOf(network)
    for (const network of this.#networks.keys()) if (!this.#addresses.has(network)) yield this.#banOf(network)
  }

  /** What everything that is held at an instant, by the clock of the service, is made of. */
  sumAt(atMs: number): NonNullable<DecisionsAnswer['proof']> {
    const sum = new EntrySum()
    const count =
      addUp(sum, { part: 0, ends: this.#addresses, atMs }) +
      addUp(sum, { part: 1, ends: this.#networks, atMs })
    return { checksum: String(sum), count }
  }

  #step(step: DecisionStep, touched?: Set<Network>): void {
    switch (step.kind) {
      case 'clear':
        for (const network of this.#networks.keys()) touched?.add(network)
        this.#networks.clear()
        return
      case 'network':
        this.#networks.set(step.network, step.expiresAtMs)
        touched?.add(step.network)
        return
      case 'address':
        this.#addresses.set(step.network, step.expiresAtMs)
        siteOf(step.network, (site) => this.#siteSet(site).add(step.network))
        touched?.add(step.network)
        return
      case 'drop':
        this.#drop(step.network, touched)
    }
  }

  #drop(network: Network, touched?: Set<Network>): void {
    const dropped = network.endsWith('/48')
      ? siteOf(network, (site) => [...(this.#bySite.get(site) ?? [])])
      : [network]
    for (const each of dropped ?? []) {
      this.#delete(each)
      touched?.add(each)
    }
  }

  #delete(network: Network): void {
    this.#addresses.delete(network)
    siteOf(network, (site) => {
      const members = this.#bySite.get(site)
      members?.delete(network)
      if (members?.size === 0) this.#bySite.delete(site)
    })
  }

  #siteSet(site: string): Set<Network> {
    const known = this.#bySite.get(site)
    if (known !== undefined) return known
    const members = new Set<Network>()
    this.#bySite.set(site, members)
    return members
  }

  #changeOf(touched: ReadonlySet<Network>): DecisionChange {
    const all = [...touched]
    const isHeld = (network: Network) => this.#addresses.has(network) || this.#networks.has(network)
    return {
      denied: all.filter(isHeld).map((network) => this.#banOf(network)),
      released: all.filter((network) => !isHeld(network)),
    }
  }

  #banOf(network: Network): Ban {
    const ends = [this.#addresses.get(network) ?? 0, this.#networks.get(network) ?? 0]
    return { network, expiresAtMs: Math.max(...ends) }
  }

  #sweep(endedBeforeMs: number): void {
    for (const [network, expiresAtMs] of this.#addresses)
      if (expiresAtMs <= endedBeforeMs) this.#delete(network)
    for (const [network, expiresAtMs] of this.#networks) {
      if (expiresAtMs <= endedBeforeMs) this.#networks.delete(network)
    }
  }
}

/** Calls `use` with the /48 of an IPv6 network. */
function siteOf<Value>(network: Network, use: (site: string) => Value): Value | undefined {
  if (!network.includes(':')) return undefined
  const { words } = packed(network)
  return use(`${words[0]} ${(words[1] ?? 0) >>> 16}`)
}

/** @returns how many entries count */
function addUp(
  sum: EntrySum,
  { part, ends, atMs }: { part: 0 | 1; ends: ReadonlyMap<Network, number>; atMs: number },
): number {
  let count = 0
  for (const [network, expiresAtMs] of ends) {
    if (expiresAtMs <= atMs) continue
    const { words, prefixLength } = packed(network)
    sum.add({ words, offset: 0, prefixLength }, part, expiresAtMs)
    count++
  }
  return count
}

function packed(network: Network): PackedRange {
  const range = packRange(network)
  if (range === undefined) throw new TypeError(`not a network: ${JSON.stringify(network)}`)
  return range
}
