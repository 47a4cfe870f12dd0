import type { AccountLists, Step } from './account-lists.ts'
import { type Effect, markChanged, skip } from './effect.ts'
import type { AllowRow } from './ports.ts'

/** What is said of allowed ranges. */
export interface AllowDetails {
  /** `undefined`: for ever. */
  readonly expiresAtMs: number | undefined
  readonly dataset: string
  readonly tags: readonly string[]
}

/** Puts ranges on the allowlist and ends the reported entries they cover. */
export function allowRanges(
  lists: AccountLists,
  ranges: readonly string[],
  { details, step, effect }: { readonly details: AllowDetails; readonly step: Step; readonly effect: Effect },
): void {
  const { expiresAtMs, dataset, tags } = details
  for (const range of ranges) {
    const row: AllowRow = {
      accountId: lists.accountId,
      range,
      createdAtMs: lists.allowed.inForce(range, step.receivedAtMs)?.createdAtMs ?? step.receivedAtMs,
      ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
      dataset,
      tags,
      appliedPosition: step.position,
    }
    lists.allowed.set(row)
    effect.allowed.push(row)
    effect.taken++
  }
  markChanged(lists, lists.unbanRanges(ranges, step), effect)
}

/** Takes exactly these ranges off the allowlist. */
export function disallowRanges(
  lists: AccountLists,
  ranges: readonly string[],
  { step, effect }: { readonly step: Step; readonly effect: Effect },
): void {
  for (const range of ranges) {
    if (lists.allowed.inForce(range, step.receivedAtMs) !== undefined) effect.taken++
    else skip(effect, 'unknown')
    lists.allowed.delete(range)
    effect.disallowed.push(range)
  }
}
