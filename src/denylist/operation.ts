import type { ListOperation } from './lists/list-operation.ts'
import type { OperationBase, SkippedCounts } from './operation-base.ts'

export { SKIP_REASONS, type SkippedCounts, type SkipReason } from './operation-base.ts'

/**
 * What the journal holds: every accepted change of the lists, in the order in which it takes effect.
 * Applying the same operations in the same order to the same state always gives the same state.
 */
export type Operation =
  | ReportOperation
  | UnbanOperation
  | RemoveOperation
  | AllowOperation
  | DisallowOperation
  | ListOperation

/** Puts addresses on the account's reported list. */
export interface ReportOperation extends OperationBase {
  readonly kind: 'report'
  readonly addresses: PackedAddresses
  /** Epoch milliseconds, one for all or one an address; never later than `receivedAtMs`. */
  readonly observedAtMs: number | Float64Array
  /** 1..315,360,000 */
  readonly ttlSeconds: number
  readonly dataset: string
  /** At most 32, each matching the contract's tag pattern. */
  readonly tags: readonly string[]
}

/**
 * Ends the entries at once; they stay as history. What was seen before this instant and arrives later does not bring
 * them back.
 */
export interface UnbanOperation extends OperationBase {
  readonly kind: 'unban'
  readonly addresses: PackedAddresses
}

/** Ends the entries at once, as an unban does, and forgets their counts, dataset and tags. */
export interface RemoveOperation extends OperationBase {
  readonly kind: 'remove'
  readonly addresses: PackedAddresses | 'all'
}

/** Puts ranges on the account's allowlist and ends the reported entries they cover. */
export interface AllowOperation extends OperationBase {
  readonly kind: 'allow'
  /** Canonical CIDR texts. */
  readonly ranges: readonly string[]
  /** 1..315,360,000, or `undefined` for ever. */
  readonly ttlSeconds?: number
  readonly dataset: string
  readonly tags: readonly string[]
}

/** Takes exactly these ranges off the allowlist. */
export interface DisallowOperation extends OperationBase {
  readonly kind: 'disallow'
  readonly ranges: readonly string[]
}

/** Distinct addresses, four big-endian words each (see `ip`). */
export type PackedAddresses = Uint32Array

/** What became of one accepted request. */
export interface Receipt {
  readonly receiptId: string
  readonly accountId: number
  readonly kind: Operation['kind']
  readonly receivedAtMs: number
  readonly idempotencyKey?: string
  /** Addresses, ranges or elements that took effect; of an operation on a list itself 1. */
  readonly taken: number
  readonly folded: number
  readonly skipped: SkippedCounts
  /** Of the operation in the journal; receipts written by older versions have none. */
  readonly position?: number
  /** The private list it changed; `undefined` when it changed none. */
  readonly listId?: string
  /** Indexes of the addresses that an allowlist kept off the list, for the history. */
  readonly allowedIndexes?: readonly number[]
}
