import type { Address } from '../../ip/index.ts'

/** What a factor says of an address. */
export interface ScoreFinding {
  /** 0..99 */
  readonly score: number
  /** A sentence for people: why the score is what it is. */
  readonly reason: string
  /** Names of the datasets that hold the address. */
  readonly datasets?: readonly string[]
  readonly sources?: readonly { readonly source: string; readonly timeRange: string }[]
  readonly asn?: number
  /** Canonical CIDR text. */
  readonly asnPrefix?: string
  readonly datacenter?: string
  /** Canonical CIDR text. */
  readonly datacenterPrefix?: string
}

/** One thing that is known of addresses no list of the account decides about: sources, AS, prefixes, datacenters. */
export interface ScoreFactor {
  /** Quick and without waiting. @returns `undefined` when it knows nothing of the address */
  findingOf(accountId: number, address: Address, nowMs: number): ScoreFinding | undefined
}
