import type { Operation } from '../operation.ts'

/** What history keeps of an operation besides the addresses it names. */
export interface HistoryOperation {
  readonly accountId: number
  readonly position: number
  readonly kind: Operation['kind']
  readonly receivedAtMs: number
  readonly keyId: number
  readonly receiptId: string
  readonly detail: HistoryDetail
}

/** What it says; of fields that are absent the operation said nothing. */
export interface HistoryDetail {
  readonly ttlSeconds?: number
  readonly dataset?: string
  readonly tags?: readonly string[]
  /** One for all addresses, where it is not the time of arrival. */
  readonly observedAtMs?: number
  /** Every reported address at once. */
  readonly isAll?: true
  /** Networks it names, in CIDR text; single addresses stand where all addresses do. */
  readonly ranges?: readonly string[]
  readonly listId?: string
  /** Networks put on the list and taken off it, single addresses too. */
  readonly append?: readonly string[]
  readonly remove?: readonly string[]
  readonly expiresAtMs?: number
}

/** One operation as it concerned one address. */
export interface HistoryEvent extends Omit<HistoryOperation, 'accountId'> {
  /** Where the address stands among those of the operation; -1 where a network or all addresses are meant. */
  readonly index: number
  /** When the address was seen, where that is told of each. */
  readonly observedAtMs?: number
  /** Whether it did not come on the list because an allowlist held it. */
  readonly isAllowed: boolean
}

/** What was found of an address. */
export interface FoundEvents {
  /** The newest first. */
  readonly events: readonly HistoryEvent[]
  /** Whether there may be older ones that were not looked at. */
  readonly isCut: boolean
}

/** Whose history of which address. */
export interface HistoryQuery {
  readonly accountId: number
  /** Packed, four words. */
  readonly words: Uint32Array
  /** Newest events that are wanted at most. */
  readonly limit: number
}

/** How far the history is. */
export interface HistoryProgress {
  /** Every operation up to here is part of it. */
  readonly position: number
  /** Whether that is as far as was asked for. */
  readonly isDone: boolean
}

/**
 * What operations did to addresses, long after the journal has forgotten them.
 * Held by `test/contracts/history-store.ts`.
 */
export interface HistoryStore {
  /**
   * Takes the next operations of the journal into the history, up to `throughPosition` at most and no more than a step can
   * take; all of them or none. The tables cover them already. Only who leads may call it, once at a time.
   * @throws HoneyjamError STORE_UNAVAILABLE nothing was taken
   */
  extend(throughPosition: number): Promise<HistoryProgress>
  /** The operations that the tables cover and that concerned an address; no more of them are read than fit into some MB. */
  find(query: HistoryQuery): Promise<FoundEvents>
  /** @returns the packed address at `index` among those of an operation of the account, if history has it */
  findAddress(of: {
    readonly accountId: number
    readonly position: number
    readonly index: number
  }): Promise<Uint32Array | undefined>
  /** Deletes, in small transactions, operations received before. @returns rows deleted */
  deleteBefore(receivedBeforeMs: number): Promise<number>
}
