import type { Step } from '../account-lists.ts'
import type { Effect } from '../effect.ts'
import { type ListChanges, NO_LIST_CHANGES } from './list-rows.ts'

/** One operation on its way. */
export interface ListRun {
  readonly step: Step
  readonly effect: Effect
}

/** Notes what an operation on lists changed. */
export function noteChanges(effect: Effect, changes: Partial<ListChanges>): void {
  effect.lists = { ...NO_LIST_CHANGES, ...changes }
}

/** The optional field of a row. */
export function expiryOf(expiresAtMs: number | undefined): { readonly expiresAtMs?: number } {
  return expiresAtMs === undefined ? {} : { expiresAtMs }
}
