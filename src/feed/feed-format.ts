import type { Entry } from '../denylist/index.ts'

/** How a list of entries looks to one kind of consumer. */
export interface FeedFormat {
  /** Value of `Content-Type`. */
  readonly mediaType: string
  /** Whether one text cannot hold both IPv4 and IPv6. */
  readonly isSingleProtocol: boolean
  /**
   * The text in pieces, each a few entries at most, in the order of `entries`; joined they are the whole text.
   * Entries are pulled one at a time, so that a list of any size is never in memory as text. An `undefined` among them makes an
   * empty piece: others should have their turn.
   */
  render(entries: Iterable<Entry | undefined>, options: FeedOptions): Iterable<string>
}

export interface FeedOptions {
  /** Of all entries; `ALL` is for formats that hold both. */
  readonly protocol: FeedProtocol
}

export type FeedProtocol = 'ALL' | 'IPV4' | 'IPV6'
