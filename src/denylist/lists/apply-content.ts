import type { AccountLists, Step } from '../account-lists.ts'
import { allowRanges, disallowRanges } from '../apply-allow.ts'
import { markChanged, skip } from '../effect.ts'
import type { ListContentOperation, ListEmptyOperation } from './list-operation.ts'
import {
  type ElementKey,
  isInForce,
  type ListElementRow,
  type ListKey,
  type PrivateListRow,
} from './list-rows.ts'
import { expiryOf, type ListRun, noteChanges } from './list-run.ts'
import type { HeldList } from './private-lists.ts'

/** What is to change on a list. */
export type ContentChange = Pick<
  ListContentOperation,
  'accountId' | 'listId' | 'append' | 'remove' | 'maxElements'
>

/** Why it cannot be made. */
export type ContentFault = 'unknown' | 'default-list' | 'over-limit'

/** Says why a change of what is on a list cannot be made; `undefined` when it can. */
export function contentFault(
  lists: AccountLists,
  change: ContentChange,
  nowMs: number,
): ContentFault | undefined {
  if (lists.private.find(change.listId, nowMs) === undefined) return 'unknown'
  if (isReported(lists, change)) return 'default-list'
  return isOverLimit(lists, change, nowMs) ? 'over-limit' : undefined
}

/** Takes elements off a list and puts others on it: all that is to be put on it, or neither. */
export function changeContent(lists: AccountLists, operation: ListContentOperation, run: ListRun): void {
  const { effect, step } = run
  const held = lists.private.find(operation.listId, step.receivedAtMs)
  const fault = contentFault(lists, operation, step.receivedAtMs)
  if (fault === 'over-limit') return skip(effect, fault, operation.append.length)
  if (held === undefined || fault !== undefined) return skip(effect, fault ?? 'unknown')
  const row = touch(held, step)
  lists.private.setList(row)
  if (isAllowed(lists, operation)) {
    disallowRanges(lists, operation.remove, run)
    const details = { expiresAtMs: operation.expiresAtMs, dataset: '', tags: [] }
    allowRanges(lists, operation.append, { details, step, effect })
    return noteChanges(effect, { lists: [row] })
  }
  const removedElements = removeElements(lists, operation, run)
  const elements = addElements(lists, operation, run)
  if (row.listType === 'ALLOW' && row.resourceType === 'CIDR') {
    markChanged(lists, lists.unbanRanges(operation.append, step), effect)
  }
  noteChanges(effect, { lists: [row], removedElements, elements })
}

/** Takes everything off a list; of the default list `reported`, all that is reported. */
export function emptyList(
  lists: AccountLists,
  operation: ListEmptyOperation,
  { step, effect }: ListRun,
): void {
  const held = lists.private.find(operation.listId, step.receivedAtMs)
  if (held === undefined) return skip(effect, 'unknown')
  const row = touch(held, step)
  lists.private.setList(row)
  if (isReported(lists, operation)) {
    const rows = lists.removeAll(step)
    effect.taken = rows.length
    markChanged(lists, rows, effect)
    return noteChanges(effect, { lists: [row] })
  }
  if (isAllowed(lists, operation)) {
    const ranges = Array.from(lists.allowed.list(step.receivedAtMs), ({ range }) => range)
    disallowRanges(lists, ranges, { step, effect })
    return noteChanges(effect, { lists: [row] })
  }
  const { accountId, listId } = operation
  const removedElements = [...held.rowByElement.keys()].map((element) => ({ accountId, listId, element }))
  effect.taken = countInForce(held.rowByElement.values(), step.receivedAtMs)
  for (const { element } of removedElements) lists.private.deleteElement(listId, element)
  noteChanges(effect, { lists: [row], removedElements })
}

function isReported({ private: { defaults } }: AccountLists, { listId }: Pick<ListKey, 'listId'>): boolean {
  return listId === defaults.reported.listId
}

function isAllowed({ private: { defaults } }: AccountLists, { listId }: Pick<ListKey, 'listId'>): boolean {
  return listId === defaults.allow.listId
}

/** Whether the lists would hold more elements than they may; what only takes elements off is always welcome. */
function isOverLimit(lists: AccountLists, change: ContentChange, nowMs: number): boolean {
  const isThere = (element: string) => isOnList(lists, { ...change, element }, nowMs)
  const removed = new Set(change.remove)
  const added = change.append.filter((element) => removed.has(element) || !isThere(element)).length
  if (added === 0) return false
  const after = lists.countElements(nowMs) - change.remove.filter(isThere).length + added
  return after > change.maxElements
}

function isOnList(lists: AccountLists, { listId, element }: ElementKey, nowMs: number): boolean {
  if (isAllowed(lists, { listId })) return lists.allowed.inForce(element, nowMs) !== undefined
  const row = lists.private.find(listId, nowMs)?.rowByElement.get(element)
  return row !== undefined && isInForce(row, nowMs)
}

function removeElements(
  lists: AccountLists,
  { accountId, listId, remove }: ListContentOperation,
  { step, effect }: ListRun,
): readonly ElementKey[] {
  for (const element of remove) {
    if (isOnList(lists, { accountId, listId, element }, step.receivedAtMs)) effect.taken++
    else skip(effect, 'unknown')
    lists.private.deleteElement(listId, element)
  }
  return remove.map((element) => ({ accountId, listId, element }))
}

function addElements(
  lists: AccountLists,
  { accountId, listId, append, expiresAtMs }: ListContentOperation,
  { step, effect }: ListRun,
): readonly ListElementRow[] {
  const held = lists.private.find(listId, step.receivedAtMs)
  effect.taken += append.length
  return append.map((element) => {
    const old = held?.rowByElement.get(element)
    const isThere = old !== undefined && isInForce(old, step.receivedAtMs)
    const row: ListElementRow = {
      accountId,
      listId,
      element,
      createdAtMs: isThere ? old.createdAtMs : step.receivedAtMs,
      ...expiryOf(expiresAtMs),
      appliedPosition: step.position,
    }
    lists.private.setElement(row)
    return row
  })
}

function touch({ row }: HeldList, { position, receivedAtMs }: Step): PrivateListRow {
  return { ...row, updatedAtMs: receivedAtMs, appliedPosition: position }
}

function countInForce(rows: Iterable<ListElementRow>, nowMs: number): number {
  let count = 0
  for (const row of rows) if (isInForce(row, nowMs)) count++
  return count
}
