import type { HistoryLine } from '../../denylist/index.ts'

/** An operation names at most 10,000 addresses, each of which came on the list with it and left it at most once. */
const PLACES = 32_768

/** Where the address of a change stands. */
export interface ChangePlace {
  readonly position: number
  readonly index: number
}

/** The number of a change: that of the report which brought the address on the list, or was the last before it left. */
export function changeIdOf({ report, effect }: Pick<HistoryLine, 'report' | 'effect'>): number {
  if (report === undefined) throw new TypeError('a change of the reported list without a report')
  return report.position * PLACES + 2 * report.index + (effect === 'left' ? 1 : 0)
}

/** The reverse of {@link changeIdOf}; `undefined` when no change has that number. */
export function changePlaceOf(id: number): ChangePlace | undefined {
  if (!Number.isSafeInteger(id) || id < PLACES) return undefined
  return { position: Math.floor(id / PLACES), index: Math.floor((id % PLACES) / 2) }
}
