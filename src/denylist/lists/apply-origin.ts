import { skip } from '../effect.ts'
import type { ListOriginOperation } from './list-operation.ts'
import { isInForce, type ListOrigin } from './list-rows.ts'
import { expiryOf, type ListRun, noteChanges } from './list-run.ts'
import type { PrivateLists } from './private-lists.ts'

/** Origins of one list. */
export const MAX_ORIGINS = 100

/** Changes an origin of a private list, or of a public one that the account has switched on. */
export function changeOrigin(lists: PrivateLists, operation: ListOriginOperation, run: ListRun): void {
  const { effect, step } = run
  const { position: appliedPosition, receivedAtMs: updatedAtMs } = step
  const held = lists.find(operation.listId, updatedAtMs)
  if (held !== undefined) {
    const origins = originsAfter(held.row.origins, operation, run)
    if (origins === undefined) return
    const row = { ...held.row, origins, updatedAtMs, appliedPosition }
    lists.setList(row)
    return noteChanges(effect, { lists: [row] })
  }
  const selection = lists.findSelection(operation.listId, updatedAtMs)
  if (selection?.status !== 'ACTIVE') return skip(effect, 'unknown')
  const origins = originsAfter(selection.origins, operation, run)
  if (origins === undefined) return
  const row = { ...selection, origins, updatedAtMs, appliedPosition }
  lists.setSelection(row)
  noteChanges(effect, { selections: [row] })
}

/** @returns `undefined` when nothing changes, and why is noted */
function originsAfter(
  all: readonly ListOrigin[],
  { origin, status, expiresAtMs }: ListOriginOperation,
  { step, effect }: ListRun,
): readonly ListOrigin[] | undefined {
  const nowMs = step.receivedAtMs
  const origins = all.filter((each) => isInForce(each, nowMs))
  const old = origins.find((each) => each.origin === origin)
  const others = origins.filter((each) => each !== old)
  if (old === undefined && status !== 'ACTIVE') {
    skip(effect, 'unknown')
    return undefined
  }
  if (old === undefined && origins.length >= MAX_ORIGINS) {
    skip(effect, 'over-limit')
    return undefined
  }
  effect.taken = 1
  if (status === 'DELETED') return others
  const createdAtMs = old?.createdAtMs ?? nowMs
  return [...others, { origin, status, createdAtMs, updatedAtMs: nowMs, ...expiryOf(expiresAtMs) }]
}
