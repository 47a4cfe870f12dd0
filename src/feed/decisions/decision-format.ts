import type { Range } from '../../ip/index.ts'

/** One network that is to be blocked, as consumers are told of it. */
export interface FeedDecision {
  /** Canonical CIDR text, single addresses too. */
  readonly network: Range
  /** Epoch milliseconds; `Infinity`: until it is taken off. */
  readonly expiresAtMs: number
  /** Why: a dataset, or the name of a list. Written by users. */
  readonly origin: string
}

export interface DecisionFeedOptions {
  /** Of the sets and lists that a script makes: letters, digits, `-` and `_`, at most 15. */
  readonly name: string
  /** Of this feed of this account, for things in it that have one. */
  readonly uuid: string
  /** Names the state that the decisions are of. */
  readonly revision: string
  readonly nowMs: number
  /** How many decisions follow. */
  readonly count: number
  /** Decisions that did not fit. */
  readonly leftOut: number
  /** Which part of the whole follows, from 1. */
  readonly page: number
  /** Of the decisions, where the format holds one protocol. */
  readonly protocol: 'IPV4' | 'IPV6' | 'ALL'
}

/** How decisions look to one kind of consumer. */
export interface DecisionFormat {
  /** Value of `Content-Type`. */
  readonly mediaType: string
  /** Ending of a file name for it, without the dot. */
  readonly extension: string
  /** Whether one text holds IPv4 or IPv6, but not both. */
  readonly isSingleProtocol: boolean
  /** How it tells when a decision ends: not at all, as an instant, or as the time that is left, so that the text ages. */
  readonly ends: 'none' | 'instants' | 'time-left'
  /** Whether it tells why. */
  readonly hasOrigins: boolean
  /**
   * In which order it takes decisions: the most worth having first, or by their first address, what holds others before
   * them.
   */
  readonly order: 'best-first' | 'by-address'
  /**
   * The text in pieces, a few decisions each, in their order. An empty piece: others should have their turn. The end can be told
   * from a text that was cut off, wherever the format has comments or brackets.
   */
  render(decisions: Iterable<FeedDecision>, options: DecisionFeedOptions): Iterable<string>
}

/** Whether a network is one of IPv4. */
export function isIpv4Network(network: Range): boolean {
  return !network.includes(':')
}

/** A single address without its prefix length, everything else as it is. */
export function shortText(network: Range): string {
  const suffix = isIpv4Network(network) ? '/32' : '/128'
  return network.endsWith(suffix) ? network.slice(0, -suffix.length) : network
}

/** Whole seconds until the end, at least one; `undefined`: it has none. */
export function secondsLeft(
  { expiresAtMs }: Pick<FeedDecision, 'expiresAtMs'>,
  nowMs: number,
): number | undefined {
  return expiresAtMs === Infinity ? undefined : Math.max(1, Math.ceil((expiresAtMs - nowMs) / 1000))
}

/** The first line of formats with comments. */
export function headLine({ name, revision, count, nowMs }: DecisionFeedOptions): string {
  return `honeyjam ${name}, ${count} networks, revision ${revision}, ${new Date(nowMs).toISOString()}`
}

/** The last line of formats with comments: without it the text was cut off. */
export function endLine({ count, leftOut }: DecisionFeedOptions): string {
  return `end of ${count} networks${leftOut === 0 ? '' : `, ${leftOut} more did not fit`}`
}
