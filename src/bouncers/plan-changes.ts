import { type HandoutRows, ROW } from './handout-rows.ts'
import { isRenewalDue, leaseEndMs, SHORTEST_MS } from './lease.ts'

/** Rows gone through without a pause; a millisecond or two. */
const STEP_ROWS = 65_536

/** What bouncers are to be told next, and have not been told yet. */
export interface Plan {
  readonly rows: readonly number[]
  /** The ends to be told; 0: it is not to be blocked any more. */
  readonly endsMs: readonly number[]
}

/** Compares what bouncers were told with what is to be blocked, in steps; rows of which there is nothing to tell are let go of. */
export function* planChanges(
  rows: HandoutRows,
  { nowMs, mayFree }: { readonly nowMs: number; readonly mayFree: boolean },
): Generator<void, Plan> {
  const planned: number[] = []
  const endsMs: number[] = []
  const plan = (row: number, endMs: number) => {
    planned.push(row)
    endsMs.push(endMs)
  }
  for (let row = 0; row < rows.end; row++) {
    if (row % STEP_ROWS === STEP_ROWS - 1) yield
    const state = rows.states[row]
    if (state === ROW.free) continue
    const endMs = wantedEndMs(rows, row, nowMs)
    if (state === ROW.told) {
      if (endMs === 0 || isRenewalDue(endsOf(rows, row, endMs), { row, nowMs })) plan(row, endMs)
    } else if (endMs > 0) plan(row, endMs)
    else if (state === ROW.untold && mayFree) rows.free(row)
  }
  return { rows: planned, endsMs }
}

/** Whether what was told is taken back before the end that was told. */
export function isReleased(toldEndMs: number, nowMs: number): boolean {
  return toldEndMs > nowMs + SHORTEST_MS
}

function wantedEndMs({ addressEndMs, networkEndMs }: HandoutRows, row: number, nowMs: number): number {
  return leaseEndMs(Math.max(addressEndMs[row] ?? 0, networkEndMs[row] ?? 0), nowMs)
}

function endsOf({ timesMs }: HandoutRows, row: number, endMs: number) {
  return { toldEndMs: timesMs[row] ?? 0, leaseEndMs: endMs }
}
