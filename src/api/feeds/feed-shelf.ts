import type { Decisions } from '../../denylist/index.ts'
import type { Clock } from '../../runtime/index.ts'
import { AccountFeeds, type AccountFeedsOptions, type ServedFeed } from './account-feeds.ts'
import type { FeedOrder } from './prepared-feed.ts'
import type { TaxiiCollection } from './taxii/taxii-collection.ts'

/** What nobody asked for so long is let go of. */
const IDLE_MS = 600_000
/** Compressed feeds that are kept for all accounts together. */
const MOST_BYTES = 128 * 1024 * 1024

export interface FeedShelfOptions {
  readonly decisions: Decisions
  readonly clock: Clock
  readonly listedAtMs: AccountFeedsOptions['listedAtMs']
  readonly onFailure: (error: unknown) => void
  /** Default {@link MOST_BYTES}. */
  readonly mostBytes?: number
}

/** Keeps feeds as long as they are asked for, within bounds: the account that has the most on it makes room. */
export class FeedShelf {
  readonly #options: FeedShelfOptions
  readonly #feedsByAccount = new Map<number, AccountFeeds>()

  constructor(options: FeedShelfOptions) {
    this.#options = options
  }

  /** @throws HoneyjamError STORE_UNAVAILABLE */
  async get(accountId: number, order: FeedOrder): Promise<ServedFeed> {
    const served = await this.#of(accountId).get(order)
    this.#makeRoom()
    return served
  }

  /** The decisions of an account as they came. */
  collection(accountId: number): TaxiiCollection {
    const feeds = this.#of(accountId)
    feeds.usedAtMs = this.#options.clock.nowMs()
    return feeds.collection
  }

  #of(accountId: number): AccountFeeds {
    const known = this.#feedsByAccount.get(accountId)
    if (known !== undefined) return known
    this.#dropIdle()
    const feeds = new AccountFeeds({ accountId, ...this.#options })
    this.#feedsByAccount.set(accountId, feeds)
    return feeds
  }

  #dropIdle(): void {
    const idleSinceMs = this.#options.clock.nowMs() - IDLE_MS
    for (const [accountId, { usedAtMs }] of this.#feedsByAccount)
      if (usedAtMs < idleSinceMs) this.#feedsByAccount.delete(accountId)
  }

  #makeRoom(): void {
    const { mostBytes = MOST_BYTES } = this.#options
    for (;;) {
      const all = Array.from(this.#feedsByAccount.values(), (feeds) => ({ feeds, bytes: feeds.bytes }))
      if (all.reduce((sum, { bytes }) => sum + bytes, 0) <= mostBytes) return
      const heaviest = all.toSorted((left, right) => right.bytes - left.bytes)
      if (!heaviest.some(({ feeds }) => feeds.dropOldest())) return
    }
  }
}
