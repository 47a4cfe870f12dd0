import { type PackedRange, rangeText, unpackAddress } from '../../src/ip/index.ts'

/** What a bouncer is told of one network: its text, and for how many seconds. */
interface Told {
  readonly value: string
  readonly seconds: number
}

export interface ModelAnswer {
  readonly new: readonly Told[]
  readonly deleted: readonly Told[]
}

/** How real bouncers differ; each is read off the source of one of them. */
export type BouncerKind =
  /** crowdsec-firewall-bouncer with nftables: deletes first, knows a network by its first address, leaves what it holds as it is. */
  | 'nftables'
  /** crowdsec-firewall-bouncer with ipset: deletes first, the newer end counts. */
  | 'ipset'
  /** Traefik's plug-in, the blocklist mirror: adds first, the newer end counts. */
  | 'traefik'
  /** crowdsec-firewall-bouncer with pf: deletes first, nothing ends by itself. */
  | 'pf'

export const BOUNCER_KINDS: readonly BouncerKind[] = ['nftables', 'ipset', 'traefik', 'pf']

/** Holds what a bouncer would hold. */
export class ModelBouncer {
  readonly kind: BouncerKind
  /** The ends by value, epoch milliseconds; infinite where nothing ends by itself. */
  #ends = new Map<string, number>()

  constructor(kind: BouncerKind) {
    this.kind = kind
  }

  /** What it calls itself. */
  get name(): string {
    return this.kind === 'traefik' ? 'Crowdsec-Bouncer-Traefik-Plugin' : 'crowdsec-firewall-bouncer'
  }

  take(answer: ModelAnswer, nowMs: number): void {
    this.#dropEnded(nowMs)
    const addsFirst = this.kind === 'traefik'
    if (addsFirst) this.#add(answer.new, nowMs)
    for (const { value } of answer.deleted) this.#ends.delete(this.keyOf(value))
    if (!addsFirst) this.#add(answer.new, nowMs)
  }

  /** As after a start on an empty firewall. */
  clear(): void {
    this.#ends.clear()
  }

  heldAt(nowMs: number): ReadonlyMap<string, number> {
    this.#dropEnded(nowMs)
    return this.#ends
  }

  keyOf(value: string): string {
    return this.kind === 'nftables' ? (value.split('/')[0] ?? '') : value
  }

  #add(told: readonly Told[], nowMs: number): void {
    // of what comes twice the longest counts
    const secondsByKey = new Map<string, number>()
    for (const { value, seconds } of told) {
      const key = this.keyOf(value)
      secondsByKey.set(key, Math.max(seconds, secondsByKey.get(key) ?? 0))
    }
    for (const [key, seconds] of secondsByKey) {
      if (this.kind === 'nftables' && this.#ends.has(key)) continue
      this.#ends.set(key, this.kind === 'pf' ? Number.POSITIVE_INFINITY : nowMs + 1000 * seconds)
    }
  }

  #dropEnded(nowMs: number): void {
    for (const [key, endMs] of this.#ends) if (endMs <= nowMs) this.#ends.delete(key)
  }
}

/** A network as LAPI writes it. */
export function valueOf(range: PackedRange): string {
  return range.prefixLength === 128 ? unpackAddress(range.words, 0) : rangeText(range)
}
