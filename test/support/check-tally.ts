import { expect } from 'vitest'
import { SHARED_ADDRESSES, TallyDenylist, type TallyStore } from './tally-denylist.ts'

/** More than are ever left in a journal. */
const MOST_RECORDS = 1_000_000

/**
 * Looks whether every acknowledged record is in a store in which a `TallyDenylist` lived, and counted once.
 * @returns how far the tables went, and how many records were left in the journal
 * @throws AssertionError
 */
export async function checkTally(
  store: TallyStore,
  acknowledged: ReadonlySet<number>,
): Promise<{ coveredPosition: number; replayed: number }> {
  const list = await TallyDenylist.open(store)
  const { coveredPosition } = list
  const journal = await store.queue.read(coveredPosition, MOST_RECORDS)
  const journalNumbers = journal.map(({ body }) => Buffer.from(body).readUInt32BE())
  expect(new Set(journalNumbers).size, 'records that stand twice in the journal').toBe(journalNumbers.length)

  const present = list.recordNumbers
  expect(
    [...acknowledged].filter((number) => !present.has(number)),
    'acknowledged and missing',
  ).toEqual([])

  const expectedTotals = Array.from({ length: SHARED_ADDRESSES }, () => 0)
  for (const number of present) expectedTotals[number % SHARED_ADDRESSES]!++
  expect(
    expectedTotals.map((_, address) => list.totalOf(address)),
    'counts',
  ).toEqual(expectedTotals)

  const newest = journal.at(-1)?.position ?? coveredPosition
  const beyond = list.rows.filter(({ appliedPosition }) => appliedPosition > newest)
  expect(beyond, 'rows newer than the journal and the covered position').toEqual([])
  return { coveredPosition, replayed: journal.length }
}
