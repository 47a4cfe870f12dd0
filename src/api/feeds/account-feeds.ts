import type { DecisionOrigin, Decisions, RankedDecisions } from '../../denylist/index.ts'
import type { Clock } from '../../runtime/index.ts'
import { freshnessOf, type Look } from './freshness.ts'
import { type FeedOrder, type PreparedFeed, prepareFeed } from './prepared-feed.ts'
import { TaxiiCollection } from './taxii/taxii-collection.ts'

/** Feeds of one account that are kept: names, and each with other options. */
const MOST_SLOTS = 24
/** Where a text tells how much time is left, it is made anew after so long although nothing else changed. */
const LONGEST_TIMED_MS = 60_000

/** One feed with its options. */
class Slot {
  body: PreparedFeed | undefined
  making: Promise<PreparedFeed> | undefined
  /** Epoch seconds since which the content is as it is; see {@link AccountFeeds.get}. */
  modifiedAtSeconds = 0
}

export interface AccountFeedsOptions {
  readonly accountId: number
  readonly decisions: Decisions
  readonly clock: Clock
  /** Epoch milliseconds since which a list is as it is. */
  readonly listedAtMs: (accountId: number, origin: DecisionOrigin) => number
  /** Told of a failure that no request waits for. */
  readonly onFailure: (error: unknown) => void
}

/** A feed with the time since which its content is the same; `undefined`: not long enough to tell it from another one in seconds. */
export interface ServedFeed {
  readonly body: PreparedFeed
  readonly modifiedAtSeconds: number | undefined
}

/** The feeds of one account: each made once for all who ask for it, one after the other. */
export class AccountFeeds {
  readonly #options: AccountFeedsOptions
  /** The one that was asked for the longest ago first. */
  readonly #slots = new Map<string, Slot>()
  #found: { readonly ranked: RankedDecisions; readonly look: Look } | undefined
  /** Ends when nothing is made any more. */
  #turn: Promise<unknown> = Promise.resolve()
  usedAtMs = 0
  /** The same decisions as they came. */
  readonly collection: TaxiiCollection

  constructor(options: AccountFeedsOptions) {
    this.#options = options
    const { accountId, listedAtMs } = options
    const find = async () => (await this.#inTurn(() => this.#find())).ranked
    this.collection = new TaxiiCollection(find, (origin) => listedAtMs(accountId, origin))
  }

  /** Of all that is kept. */
  get bytes(): number {
    let sum = 0
    for (const { body } of this.#slots.values()) sum += body?.gzipBytes ?? 0
    return sum
  }

  /**
   * A feed as it is, or as it was a moment ago where the list is large; see `freshnessOf`.
   * @throws HoneyjamError STORE_UNAVAILABLE the lists change faster than they can be gone through
   */
  async get(order: FeedOrder): Promise<ServedFeed> {
    const nowMs = this.#options.clock.nowMs()
    const slot = this.#slotOf(order)
    this.usedAtMs = nowMs
    const { body } = slot
    const freshness = body === undefined ? 'late' : this.#freshnessOf(body, order)
    if (body !== undefined && freshness !== 'late') {
      if (freshness === 'aging') this.#refresh(slot, order).catch(this.#options.onFailure)
      return served(slot, body, nowMs)
    }
    return served(slot, await this.#refreshed(slot, order), nowMs)
  }

  /** Lets go of the feed that was asked for the longest ago, if it is not the only one. */
  dropOldest(): boolean {
    const [oldest] = this.#slots.keys()
    if (oldest === undefined || this.#slots.size === 1) return false
    return this.#slots.delete(oldest)
  }

  /** What one who waits for it gets; who came while it was made gets what was true when he came. */
  async #refreshed(slot: Slot, order: FeedOrder): Promise<PreparedFeed> {
    const before = slot.making
    if (before === undefined) return await this.#refresh(slot, order)
    const body = await before
    return this.#freshnessOf(body, order) === 'late' ? await this.#refresh(slot, order) : body
  }

  #refresh(slot: Slot, order: FeedOrder): Promise<PreparedFeed> {
    if (slot.making !== undefined) return slot.making
    const making = this.#inTurn(() => this.#make(slot, order)).finally(() => {
      slot.making = undefined
    })
    slot.making = making
    return making
  }

  async #make(slot: Slot, order: FeedOrder): Promise<PreparedFeed> {
    const found = await this.#find()
    const body = await prepareFeed(order, found, this.#options.clock.nowMs())
    if (body.tag !== slot.body?.tag)
      slot.modifiedAtSeconds = Math.max(Math.floor(body.madeAtMs / 1000), slot.modifiedAtSeconds + 1)
    slot.body = body
    return body
  }

  /** What all feeds are made of. */
  async #find(): Promise<{ readonly ranked: RankedDecisions; readonly look: Look }> {
    const { decisions, accountId, clock } = this.#options
    if (this.#found !== undefined) {
      const { look } = this.#found
      if (freshnessOf(decisions, accountId, { look, nowMs: clock.nowMs() }) === 'current') return this.#found
    }
    this.#found = undefined
    const mark = decisions.releaseMark(accountId)
    const ranked = await decisions.ranked(accountId)
    const { revision, atMs, nextEndMs, count } = ranked
    this.#found = { ranked, look: { revision, atMs, nextEndMs, count, mark } }
    return this.#found
  }

  #freshnessOf({ look, madeAtMs }: PreparedFeed, { feed }: FeedOrder): 'current' | 'aging' | 'late' {
    const { decisions, accountId, clock } = this.#options
    const nowMs = clock.nowMs()
    const isTooOld = feed.format.ends === 'time-left' && Math.abs(nowMs - madeAtMs) >= LONGEST_TIMED_MS
    return isTooOld ? 'late' : freshnessOf(decisions, accountId, { look, nowMs })
  }

  async #inTurn<Result>(make: () => Promise<Result>): Promise<Result> {
    const made = this.#turn.then(make)
    this.#turn = made.catch(() => undefined)
    return await made
  }

  #slotOf({ feed, wish }: FeedOrder): Slot {
    const key = JSON.stringify([feed.name, wish])
    const slot = this.#slots.get(key) ?? new Slot()
    this.#slots.delete(key)
    this.#slots.set(key, slot)
    if (this.#slots.size > MOST_SLOTS) this.dropOldest()
    return slot
  }
}

/** Another content never has the same second: as long as its own is not over, none is told. */
function served({ modifiedAtSeconds }: Slot, body: PreparedFeed, nowMs: number): ServedFeed {
  return { body, modifiedAtSeconds: 1000 * modifiedAtSeconds + 1000 <= nowMs ? modifiedAtSeconds : undefined }
}
