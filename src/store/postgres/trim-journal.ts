import type { Client } from './connect.ts'

/** Records a step deletes. */
const STEP_RECORDS = 256

/**
 * Notes for whoever leads next, and says, that records up to and including `position` are needed no more, as far as this goes for every process.
 * @returns up to where they may be deleted
 */
export async function releaseJournal(client: Client, position: number): Promise<number> {
  await client.query('UPDATE honeyjam.progress SET released_position = $1 WHERE released_position < $1', [
    position,
  ])
  const { rows } = await client.query<{ bound: number }>('SELECT honeyjam.release_journal($1) AS bound', [
    position,
  ])
  return rows[0]?.bound ?? 0
}

/** Deletes the oldest of what was released. @returns whether there may be more */
export async function trimStep(client: Client, bound: number): Promise<boolean> {
  const { rowCount } = await client.query(
    `DELETE FROM honeyjam.journal WHERE position IN
      (SELECT position FROM honeyjam.journal WHERE position <= $1 ORDER BY position LIMIT ${STEP_RECORDS})`,
    [bound],
  )
  return rowCount === STEP_RECORDS
}
