import type { AllowOperation, DisallowOperation } from './operation.ts'
import type { OperationBase } from './operation-base.ts'
import type { AllowRow } from './ports.ts'
import { PROTECTION_ACCOUNT } from './protection-account.ts'

/** Why a range is protected. */
const PROTECTION_REASONS = [
  // an administrator said so
  'fixed',
  // of the host of the service
  'own-address',
  'gateway',
  'resolver',
  'logged-in',
  // the key of an administrator was used from there
  'operator',
] as const
export type ProtectionReason = (typeof PROTECTION_REASONS)[number]

/** A range that no decision of any account concerns. */
export interface ProtectedRange {
  /** Canonical CIDR text. */
  readonly range: string
  readonly reason: ProtectionReason
  /** Of whoever protected it; empty where nothing was said. */
  readonly comment: string
  /** Epoch milliseconds. */
  readonly createdAtMs: number
  /** `undefined`: for ever. */
  readonly expiresAtMs?: number
}

type Origin = Omit<OperationBase, 'accountId'>

/** The operation that protects ranges. @param ttlSeconds 1..315,360,000, or `undefined` for ever */
export function protectOperation(
  { ranges, reason, comment, ttlSeconds }: ProtectionDetails,
  origin: Origin,
): AllowOperation {
  return {
    ...origin,
    kind: 'allow',
    accountId: PROTECTION_ACCOUNT,
    ranges,
    dataset: reason,
    tags: comment === '' ? [] : [comment],
    ...(ttlSeconds === undefined ? {} : { ttlSeconds }),
  }
}

export interface ProtectionDetails {
  /** Canonical CIDR texts. */
  readonly ranges: readonly string[]
  readonly reason: ProtectionReason
  readonly comment: string
  readonly ttlSeconds?: number | undefined
}

/** The operation that ends the protection of exactly these ranges. */
export function unprotectOperation(ranges: readonly string[], origin: Origin): DisallowOperation {
  return { ...origin, kind: 'disallow', accountId: PROTECTION_ACCOUNT, ranges }
}

/** What a row of the account of protection says. */
export function protectedRangeOf({
  range,
  dataset,
  tags,
  createdAtMs,
  expiresAtMs,
}: AllowRow): ProtectedRange {
  return {
    range,
    reason: PROTECTION_REASONS.find((reason) => reason === dataset) ?? 'fixed',
    comment: tags[0] ?? '',
    createdAtMs,
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
  }
}
