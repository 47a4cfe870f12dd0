import { APPLY_DELAY_MS } from './housekeeping.ts'
import type { Operation } from './operation.ts'
import { decodeOperation } from './operation-codec.ts'
import type { ReportQueue } from './ports.ts'

const REPLAY_PAGE = 500

/** Before the arrival of all operations that are to be replayed: entries that were alive then are needed. */
export async function oldestReplayedMs(
  queue: ReportQueue,
  coveredPosition: number,
  nowMs: number,
): Promise<number> {
  const [first] = await queue.read(coveredPosition, 1)
  const firstMs = first === undefined ? nowMs : Math.min(nowMs, decodeOperation(first.body).receivedAtMs)
  return firstMs - APPLY_DELAY_MS
}

/**
 * Hands over what the journal holds behind a position.
 * @returns how many operations these were
 */
export async function replay(
  queue: ReportQueue,
  coveredPosition: number,
  onOperation: (operation: Operation, position: number) => void,
): Promise<number> {
  let after = coveredPosition
  let count = 0
  for (;;) {
    const records = await queue.read(after, REPLAY_PAGE)
    for (const { body, position } of records) {
      onOperation(decodeOperation(body), position)
      after = position
      count++
    }
    // what other processes append meanwhile is followed later: waiting for an end might take for ever
    if (records.length < REPLAY_PAGE) return count
  }
}
