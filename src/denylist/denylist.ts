import type { Address } from '../ip/index.ts'
import type { Decisions } from './decisions/decisions.ts'
import type { AddressHistory } from './history/history-reader.ts'
import type { Lists } from './lists/lists.ts'
import type { Operation, Receipt } from './operation.ts'
import type { ProtectedRange } from './protection.ts'

/** An address that is on an account's reported list. */
export interface Entry {
  readonly address: Address
  /** Epoch milliseconds of the newest sighting. */
  readonly lastReportMs: number
  /** Epoch milliseconds; the entry ends at this instant. */
  readonly expiresAtMs: number
  /** Reports since the address came on the list, each counted once. */
  readonly totalReports: number
  readonly dataset: string
  /** At most 32, newest first. */
  readonly tags: readonly string[]
}

/** Which entries are wanted; what is left out does not filter. Bounds are exclusive. */
export interface EntryFilter {
  readonly dataset?: string
  readonly reportedBeforeMs?: number
  readonly reportedAfterMs?: number
  readonly expiresBeforeMs?: number
  readonly expiresAfterMs?: number
  readonly greaterThanReports?: number
  readonly lessThanReports?: number
  readonly protocol?: 'ipv4' | 'ipv6'
}

/** A range of the allowlist. */
export interface AllowedRange {
  /** Canonical CIDR text. */
  readonly range: string
  readonly createdAtMs: number
  /** `undefined`: for ever. */
  readonly expiresAtMs?: number
}

/** A request that says by its key whether it is a repeat. */
export interface KeyedRequest {
  readonly accountId: number
  readonly idempotencyKey: string
  readonly receivedAtMs: number
}

/** How the lists are doing, for health checks and people. */
export interface DenylistStatus {
  /** Rows in memory, of all accounts; those that ended leave it within minutes. */
  readonly entries: number
  /** Rows that wait to be written to the tables; the journal covers them. */
  readonly waitingRows: number
  /** The last failure to write behind, until one succeeds. */
  readonly mergeError?: string
  /** For how long the journal has not been read to its end: what other processes took since is missing. */
  readonly behindMs?: number
}

/** The lists of all accounts: everything is answered from memory and is current. */
export interface Denylist {
  readonly lists: Lists
  readonly decisions: Decisions
  /**
   * Takes one operation: it is on stable storage and in effect when the promise resolves.
   * A repeated `idempotencyKey` (same account, seven days) changes nothing and resolves to the first receipt.
   * @throws HoneyjamError STORE_UNAVAILABLE it was not taken, or with a shared journal nobody knows: sent again with its key it counts once
   */
  submit(operation: Operation): Promise<Receipt>
  /** @returns the entry, if it has not ended and is not allowed */
  findEntry(accountId: number, address: Address, nowMs: number): Entry | undefined
  /**
   * Entries that have not ended and are not allowed, as they stand now; in no particular order. `undefined` comes where others
   * should have their turn, also when a filter leaves nothing.
   */
  listEntries(accountId: number, filter: EntryFilter, nowMs: number): Iterable<Entry | undefined>
  /** How many entries {@link listEntries} would hand over, by their dataset. */
  countEntries(accountId: number, nowMs: number): Promise<ReadonlyMap<string, number>>
  /** @returns the narrowest range of the default allowlist that covers the address, or else of another one */
  findAllowed(accountId: number, address: Address, nowMs: number): AllowedRange | undefined
  listAllowed(accountId: number, nowMs: number): readonly AllowedRange[]
  /** What no decision of any account concerns, besides what is not public. */
  listProtected(nowMs: number): readonly ProtectedRange[]
  /** Those of {@link listProtected} that cover the address, narrowest first. */
  findProtected(address: Address, nowMs: number): readonly ProtectedRange[]
  /** @returns `undefined` when there is none or it belongs to another account */
  findReceipt(accountId: number, receiptId: string): Promise<Receipt | undefined>
  /** @returns the receipt of the request that was taken with this key in the seven days before `receivedAtMs` */
  findReceiptByKey(request: KeyedRequest): Promise<Receipt | undefined>
  /**
   * What happened to an address, as far back as history is kept; operations show once they are merged.
   * @throws HoneyjamError STORE_UNAVAILABLE
   */
  findHistory(accountId: number, address: Address, nowMs: number): Promise<AddressHistory>
  /** @returns the address at `index` among those of an operation of the account, if history has it */
  findHistoryAddress(of: {
    readonly accountId: number
    readonly position: number
    readonly index: number
  }): Promise<Address | undefined>
  status(): DenylistStatus
  /** Waits for operations under way, writes everything behind, lets go. May be called twice. */
  close(): Promise<void>
}
