import { createHash } from 'node:crypto'
import {
  type AddressClass,
  isNeverSource,
  type PackedRange,
  rangesOfClasses,
  rangeText,
} from '../../ip/index.ts'

/** Addresses that no decision may ever concern, whatever any list of any account says. */
export interface ProtectedSet {
  /** Says which ranges these are: the same text for the same ranges, in every process. */
  readonly version: string
  readonly ranges: readonly PackedRange[]
  /** @returns a function that ends the notices */
  onChange(notice: () => void): () => void
}

/**
 * What cannot be an attacker on the Internet. With `accept`, decoys inside a company network may have private and other
 * special addresses blocked; those that are never a source and the host itself are protected all the same.
 */
export function specialRanges(privateAddresses: 'skip' | 'accept'): ProtectedSet {
  const ranges = rangesOfClasses((addressClass) => isProtectedClass(addressClass, privateAddresses))
  return { version: versionOf(ranges), ranges, onChange: () => () => undefined }
}

/** Whether no address of this class may be blocked. */
export function isProtectedClass(addressClass: AddressClass, privateAddresses: 'skip' | 'accept'): boolean {
  if (privateAddresses === 'skip') return addressClass !== 'public'
  return isNeverSource(addressClass) || addressClass === 'loopback'
}

/** A version that follows from the ranges. */
function versionOf(ranges: readonly PackedRange[]): string {
  return createHash('sha256')
    .update(ranges.map((range) => rangeText(range)).join(' '))
    .digest('hex')
}
