/** What every operation says of the request it came with. */
export interface OperationBase {
  readonly accountId: number
  /** The key that asked for it. */
  readonly keyId: number
  /** Epoch milliseconds of arrival; the operation's only clock. */
  readonly receivedAtMs: number
  /** Under which the caller can read what became of it; not to be guessed. */
  readonly receiptId: string
  /** A repeat of the same key in the same account within seven days changes nothing. */
  readonly idempotencyKey?: string
  /** What was left out before the operation was written, by reason. */
  readonly skipped?: SkippedCounts
  /** Addresses that stood more than once in the request. */
  readonly folded?: number
}

/** Why a part of a request was not taken; the words are part of the API (receipts) and of the command line. */
export const SKIP_REASONS = [
  'unparsable',
  'private',
  'never-a-source',
  'allowed',
  // by the installation, see `honeyjam protect`
  'protected',
  'unknown',
  // the account has as many lists or elements as it may
  'over-limit',
  // a default list is neither changed nor deleted, and what is reported comes by the Report API alone
  'default-list',
] as const
export type SkipReason = (typeof SKIP_REASONS)[number]
export type SkippedCounts = Readonly<Partial<Record<SkipReason, number>>>
