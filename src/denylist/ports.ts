import type { HoneyjamError } from '../runtime/index.ts'
import type { ListChanges, ListRows } from './lists/list-rows.ts'
import type { Receipt } from './operation.ts'

/** One record of the journal; positions rise strictly but may have gaps. */
export interface JournalRecord {
  readonly position: number
  readonly body: Uint8Array
}

/** Which request a record came with, so that of several with the same key one takes effect. */
export interface OnceKey {
  readonly accountId: number
  readonly idempotencyKey: string
  readonly receivedAtMs: number
  readonly receiptId: string
}

/** Whom the journal tells what happens to it, one call at a time. */
export interface JournalFollower {
  /**
   * The records that come next, in the order of positions, each once, whoever appended them.
   * The body of an own record is the very array that was handed to `append`.
   */
  onRecords(records: readonly JournalRecord[]): void
  /**
   * Everything that was in the journal a moment ago has been handed over, and the tables hold what is up to
   * `coveredPosition`. Only a shared journal says so, about once a second while the storage answers.
   */
  onCurrent(coveredPosition: number): void
  /** Whether this process is the one that writes the tables and trims the journal; no other is then. */
  onLead(isLeading: boolean): void
  /** It was away so long that it cannot go on: it must load everything anew. */
  onLost(error: HoneyjamError): void
}

/**
 * The journal: what was accepted and not yet merged into the tables.
 * Held by `test/contracts/report-queue.ts`.
 */
export interface ReportQueue {
  /** Whether other processes may append as well. If not, the caller sees to it that no key is taken twice. */
  readonly isShared: boolean
  /**
   * Adds one record. Records handed over while a flush is under way share the next one.
   * @returns its position, once it is on stable storage (fsync) and the follower has it; promises settle in the order
   * of positions
   * @throws HoneyjamError STORE_UNAVAILABLE the record is not in the journal; in a shared one whose storage was away for long nobody
   * knows, and {@link appendOnce} alone can be repeated
   */
  append(body: Uint8Array): Promise<number>
  /**
   * As {@link append}; a shared journal leaves the record out when one with the same key came in within seven days.
   * @returns the id of the receipt that counts: its own, or that of the earlier record, which the follower has then
   */
  appendOnce(body: Uint8Array, once: OnceKey): Promise<string>
  /** Hands over all records behind `afterPosition` from now on, until it is closed. To be called once. */
  follow(afterPosition: number, follower: JournalFollower): void
  /** @returns up to `limit` records behind `afterPosition`, in order */
  read(afterPosition: number, limit: number): Promise<readonly JournalRecord[]>
  /**
   * Forgets records up to and including `position`, in small steps that never hold up `append` for long. A shared journal
   * keeps what other processes have not followed yet.
   */
  trim(position: number): Promise<void>
  /** Bytes and records it holds, for `/readyz` and metrics. */
  size(): Promise<{ readonly records: number }>
  /** Waits for what was handed over, then lets go of the storage. May be called twice. */
  close(): Promise<void>
}

/** Rows of the reported list as parallel arrays, so that they cross to a worker at the cost of a copy of memory. */
export interface EntryRows {
  readonly count: number
  readonly accountIds: Uint32Array
  /** Four words a row. */
  readonly addresses: Uint32Array
  readonly lastReportMs: Float64Array
  readonly expiresAtMs: Float64Array
  readonly totalReports: Uint32Array
  /** Position of the newest operation that is part of the row. */
  readonly appliedPositions: Float64Array
  /** Index into `labels` for each row. */
  readonly labelIndexes: Uint32Array
  readonly labels: readonly EntryLabel[]
}

/** What many rows share: the dataset of the newest sighting and the united tags, newest first. */
export interface EntryLabel {
  readonly dataset: string
  readonly tags: readonly string[]
}

/** One range of an account's allowlist. */
export interface AllowRow {
  readonly accountId: number
  /** Canonical CIDR text. */
  readonly range: string
  readonly createdAtMs: number
  /** `undefined`: for ever. */
  readonly expiresAtMs?: number
  readonly dataset: string
  readonly tags: readonly string[]
  readonly appliedPosition: number
}

/** A set of final states to be written in one transaction; each row and range stands in it once. */
export interface Checkpoint {
  readonly entries: EntryRows
  readonly allowed: readonly AllowRow[]
  readonly disallowed: readonly { readonly accountId: number; readonly range: string }[]
  readonly lists: ListChanges
  readonly receipts: readonly Receipt[]
  /** Every operation up to and including this position is part of the tables once this checkpoint is written. */
  readonly coveredPosition: number
}

/** What a start reads of the tables. */
export interface DenylistTables {
  /** Position up to which the tables hold every operation; 0 in a new store. */
  coveredPosition(): Promise<number>
  /** Names the history that positions belong to: always the same, but another one after an import and in a backup. */
  storeId(): Promise<string>
  /**
   * Hands over the entries that expire after `expiresAfterMs`, in batches; the rest is history.
   * @param onBatch is called in turn; rows may come in any order, each once
   */
  loadEntries(expiresAfterMs: number, onBatch: (rows: EntryRows) => void): Promise<void>
  /** All ranges of all allowlists, expired ones left out. */
  loadAllowed(expiresAfterMs: number): Promise<readonly AllowRow[]>
  /** All private lists, what is on them, and the choices of public lists; what expired is left out. */
  loadLists(expiresAfterMs: number): Promise<ListRows>
}

/**
 * The tables: a checkpoint of the lists' state, behind the journal.
 * Held by `test/contracts/denylist-store.ts`.
 */
export interface DenylistStore extends DenylistTables {
  /**
   * Lets `read` see the tables as they are at one instant, whatever other processes write meanwhile; the journal keeps
   * what is behind them until this process follows it.
   */
  snapshot<Result>(read: (tables: DenylistTables) => Promise<Result>): Promise<Result>
  /** @returns the receipt, if the account has it */
  findReceiptById(accountId: number, receiptId: string): Promise<Receipt | undefined>
  /** @returns the receipt of the request that was received with this key after `receivedAfterMs` */
  findReceiptByIdempotencyKey(
    accountId: number,
    idempotencyKey: string,
    receivedAfterMs: number,
  ): Promise<Receipt | undefined>
  /**
   * Writes all of it or nothing; what is already there is replaced, so writing the same one again changes nothing.
   * @throws HoneyjamError STORE_UNAVAILABLE nothing was written
   */
  writeCheckpoint(checkpoint: Checkpoint): Promise<void>
  /**
   * Deletes, in small transactions, history that expired before `entriesExpiredBeforeMs`, allowed ranges, lists with all
   * that is on them, elements and choices of public lists likewise, and receipts received before `receiptsBeforeMs`.
   * @returns rows deleted
   */
  deleteHistory(cutoffs: {
    readonly entriesExpiredBeforeMs: number
    readonly receiptsBeforeMs: number
  }): Promise<number>
  /** Waits for what is under way, then lets go of the storage. May be called twice. */
  close(): Promise<void>
}
