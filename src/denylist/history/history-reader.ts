import { type Address, unpackAddress, wordsOf } from '../../ip/index.ts'
import type { DenylistState } from '../denylist-state.ts'
import type { FoundEvents, HistoryStore } from './ports.ts'
import { type HistoryLine, type ListRole, timelineOf } from './timeline.ts'

/** Operations looked at of one address, the newest; beyond them its history is cut. */
export const MAX_EVENTS = 10_000

const NOTHING: FoundEvents = { events: [], isCut: false }

/** What happened to an address. */
export interface AddressHistory {
  /** Newest first. */
  readonly lines: readonly HistoryLine[]
  /** Whether there were more operations than are looked at: the oldest lines may lack what was before. */
  readonly isCut: boolean
}

/** Tells what happened to addresses, for whoever has the store. */
export class HistoryReader {
  readonly #store: HistoryStore | undefined
  readonly #state: DenylistState

  constructor(store: HistoryStore | undefined, state: DenylistState) {
    this.#store = store
    this.#state = state
  }

  async find(accountId: number, address: Address, nowMs: number): Promise<AddressHistory> {
    const words = wordsOf(address)
    const { events, isCut } = (await this.#store?.find({ accountId, words, limit: MAX_EVENTS })) ?? NOTHING
    const roleOf = (listId: string) => this.#roleOf(accountId, listId, nowMs)
    const lines = timelineOf(events.toReversed(), { words, nowMs, roleOf })
    return { lines: lines.toReversed(), isCut }
  }

  async findAddress(of: Parameters<HistoryStore['findAddress']>[0]): Promise<Address | undefined> {
    const words = await this.#store?.findAddress(of)
    return words === undefined ? undefined : unpackAddress(words, 0)
  }

  #roleOf(accountId: number, listId: string, nowMs: number): ListRole {
    const lists = this.#state.find(accountId)?.private
    if (listId === lists?.defaults.reported.listId) return 'reported'
    return lists?.find(listId, nowMs)?.row.listType === 'ALLOW' ? 'allow' : 'other'
  }
}
