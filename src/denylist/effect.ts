import type { AccountLists } from './account-lists.ts'
import type { ListChanges } from './lists/list-rows.ts'
import type { SkipReason } from './operation.ts'
import type { AllowRow } from './ports.ts'

/** Changes of one operation while it is applied. */
export interface Effect {
  readonly rows: number[]
  readonly allowed: AllowRow[]
  readonly disallowed: string[]
  lists: ListChanges | undefined
  readonly skipped: Partial<Record<SkipReason, number>>
  taken: number
  /** Of addresses that an allowlist kept off the list. */
  readonly allowedIndexes: number[]
}

/** Counts what was not taken. */
export function skip(effect: Effect, reason: SkipReason, count = 1): void {
  if (count > 0) effect.skipped[reason] = (effect.skipped[reason] ?? 0) + count
}

/** Notes the rows that were clean; a dirty one waits to be written already. */
export function markChanged(lists: AccountLists, rows: readonly number[], effect: Effect): void {
  for (const row of rows) if (!lists.reported.isDirty(row)) effect.rows.push(row)
}
