import type { Checkpoint } from '../../denylist/index.ts'

/** Position of the newest operation that is part of a row of the checkpoint, or that it covers. */
export function newestPositionOf({ entries, allowed, lists, coveredPosition }: Checkpoint): number {
  const ofEntries = entries.appliedPositions
    .subarray(0, entries.count)
    .reduce((newest, position) => Math.max(newest, position), coveredPosition)
  return [allowed, lists.lists, lists.elements, lists.selections]
    .flat()
    .reduce((newest, { appliedPosition }) => Math.max(newest, appliedPosition), ofEntries)
}
