import { skip } from '../effect.ts'
import type { PublicListReleaseOperation, PublicListSelectOperation } from './list-operation.ts'
import type { SelectionRow } from './list-rows.ts'
import { expiryOf, type ListRun, noteChanges } from './list-run.ts'
import type { PrivateLists } from './private-lists.ts'

/** Switches a public list on or off; whether there is such a list was looked up before. */
export function selectPublicList(
  lists: PrivateLists,
  { accountId, listId, status, expiresAtMs }: PublicListSelectOperation,
  { step, effect }: ListRun,
): void {
  const old = lists.findSelection(listId, step.receivedAtMs)
  const row: SelectionRow = {
    accountId,
    listId,
    status,
    createdAtMs: old?.createdAtMs ?? step.receivedAtMs,
    updatedAtMs: step.receivedAtMs,
    ...expiryOf(expiresAtMs),
    origins: old?.origins ?? [],
    appliedPosition: step.position,
  }
  lists.setSelection(row)
  noteChanges(effect, { selections: [row] })
  effect.taken = 1
}

/** Forgets the account's choice. */
export function releasePublicList(
  lists: PrivateLists,
  { accountId, listId }: PublicListReleaseOperation,
  { step, effect }: ListRun,
): void {
  if (lists.findSelection(listId, step.receivedAtMs) === undefined) return skip(effect, 'unknown')
  lists.deleteSelection(listId)
  noteChanges(effect, { removedSelections: [{ accountId, listId }] })
  effect.taken = 1
}
