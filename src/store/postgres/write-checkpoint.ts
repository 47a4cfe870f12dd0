import type { Checkpoint, ListChanges } from '../../denylist/index.ts'
import { newestPositionOf } from '../rows/index.ts'
import type { Client } from './connect.ts'
import { ALLOWED, LIST_ELEMENTS, PRIVATE_LISTS, RECEIPTS, SELECTIONS } from './row-tables.ts'
import { toColumn } from './text-column.ts'
import { entryColumns, writeEntries } from './write-entries.ts'

/**
 * Copies a checkpoint into what PostgreSQL takes.
 * @returns what writes it within the transaction of a connection
 * @throws RangeError it is not whole
 */
export function prepareCheckpoint(checkpoint: Checkpoint): (client: Client) => Promise<void> {
  const { entries, allowed, disallowed, lists, receipts, coveredPosition } = checkpoint
  const columns = entryColumns(entries)
  const newestPosition = newestPositionOf(checkpoint)
  return async (client) => {
    if (entries.count > 0) await writeEntries(client, columns)
    await ALLOWED.delete(client, disallowed)
    await ALLOWED.write(client, allowed)
    await writeLists(client, lists)
    await RECEIPTS.write(client, receipts)
    await client.query(
      `UPDATE honeyjam.progress SET covered_position = $1, newest_position = greatest(newest_position, $2)`,
      [coveredPosition, newestPosition],
    )
  }
}

async function writeLists(client: Client, changes: ListChanges): Promise<void> {
  await deleteElementsOf(client, changes.removedLists)
  await PRIVATE_LISTS.delete(client, changes.removedLists)
  await LIST_ELEMENTS.delete(client, changes.removedElements)
  await SELECTIONS.delete(client, changes.removedSelections)
  await PRIVATE_LISTS.write(client, changes.lists)
  await LIST_ELEMENTS.write(client, changes.elements)
  await SELECTIONS.write(client, changes.selections)
}

async function deleteElementsOf(client: Client, lists: ListChanges['removedLists']): Promise<void> {
  if (lists.length === 0) return
  await client.query(
    `DELETE FROM honeyjam.list_element
      WHERE (account, list_id) IN (SELECT * FROM unnest($1::integer[], $2::text[]))`,
    [lists.map(({ accountId }) => accountId), lists.map(({ listId }) => toColumn(listId))],
  )
}
