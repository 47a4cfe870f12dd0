import type { Range } from '../ip/index.ts'
import type { ApiContext } from './context.ts'

/**
 * Those of the ranges that fit on the default allowlist of an account, in their order. What is on it already takes no room.
 * Requests at the same time may each take the last of it.
 * @param most elements on all private lists of the account together
 */
export function fittingRanges(
  { denylist, clock }: Pick<ApiContext, 'denylist' | 'clock'>,
  ranges: readonly Range[],
  { accountId, most }: { readonly accountId: number; readonly most: number },
): readonly Range[] {
  const nowMs = clock.nowMs()
  let room = most - denylist.lists.countElements(accountId, nowMs)
  if (ranges.length <= room) return ranges
  const there = new Set(denylist.listAllowed(accountId, nowMs).map(({ range }) => range))
  return ranges.filter((range) => there.has(range) || room-- > 0)
}
