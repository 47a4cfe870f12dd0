import { skip } from '../effect.ts'
import type { ListCreateOperation, ListDeleteOperation, ListUpdateOperation } from './list-operation.ts'
import type { PrivateListRow } from './list-rows.ts'
import { expiryOf, type ListRun, noteChanges } from './list-run.ts'
import type { PrivateLists } from './private-lists.ts'

/** Makes a list. */
export function createList(
  lists: PrivateLists,
  operation: ListCreateOperation,
  { step, effect }: ListRun,
): void {
  const { accountId, listId, listType, resourceType, name, description, tags, expiresAtMs } = operation
  const nowMs = step.receivedAtMs
  if ([...lists.list(nowMs)].length >= operation.maxLists || lists.find(listId, nowMs) !== undefined) {
    return skip(effect, 'over-limit')
  }
  const row: PrivateListRow = {
    accountId,
    listId,
    listType,
    resourceType,
    name,
    description,
    tags,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    ...expiryOf(expiresAtMs),
    origins: [],
    appliedPosition: step.position,
  }
  lists.setList(row)
  noteChanges(effect, { lists: [row] })
  effect.taken = 1
}

/** Changes what is said of a list. */
export function updateList(
  lists: PrivateLists,
  operation: ListUpdateOperation,
  { step, effect }: ListRun,
): void {
  const held = lists.find(operation.listId, step.receivedAtMs)
  if (held === undefined) return skip(effect, 'unknown')
  if (lists.isDefault(operation.listId)) return skip(effect, 'default-list')
  const { expiresAtMs: oldExpiresAtMs, ...old } = held.row
  const { name = old.name, description = old.description, tags = old.tags } = operation
  const { expiresAtMs = oldExpiresAtMs } = operation
  const row: PrivateListRow = {
    ...old,
    name,
    description,
    tags,
    ...expiryOf(expiresAtMs ?? undefined),
    updatedAtMs: step.receivedAtMs,
    appliedPosition: step.position,
  }
  lists.setList(row)
  noteChanges(effect, { lists: [row] })
  effect.taken = 1
}

/** Deletes a list with all that is on it. */
export function deleteList(
  lists: PrivateLists,
  { accountId, listId }: ListDeleteOperation,
  { step, effect }: ListRun,
): void {
  if (lists.find(listId, step.receivedAtMs) === undefined) return skip(effect, 'unknown')
  if (lists.isDefault(listId)) return skip(effect, 'default-list')
  lists.deleteList(listId)
  noteChanges(effect, { removedLists: [{ accountId, listId }] })
  effect.taken = 1
}
