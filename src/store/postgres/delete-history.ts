import type { DenylistStore } from '../../denylist/index.ts'
import type { Client } from './connect.ts'
import type { Leader } from './leader.ts'

/** Rows a sweep looks at, and receipts it deletes, in one transaction. */
const STEP_ROWS = 8192

interface SweptStep {
  readonly deleted: number
  readonly account: number | null
  readonly address: Buffer | null
}

/** Deletes what is too old; each step is a transaction of its own, so checkpoints come between. */
export async function deleteHistory(
  leader: Leader,
  { entriesExpiredBeforeMs, receiptsBeforeMs }: Parameters<DenylistStore['deleteHistory']>[0],
): Promise<number> {
  let total = 0
  let after: [number, Buffer] | undefined = [-1, Buffer.alloc(0)]
  while (after !== undefined) {
    const from: [number, Buffer] = after
    const step = await leader.run('deleting history', (client) =>
      sweepEntries(client, from, entriesExpiredBeforeMs),
    )
    total += step.deleted
    after = step.account === null || step.address === null ? undefined : [step.account, step.address]
  }
  total += await leader.run('deleting history', (client) =>
    deleteExpiredLists(client, entriesExpiredBeforeMs),
  )
  for (let deleted = STEP_ROWS; deleted === STEP_ROWS; total += deleted) {
    deleted = await leader.run('deleting history', (client) => deleteReceipts(client, receiptsBeforeMs))
  }
  return total
}

/** Looks at the next rows and deletes those that expired before the bound. @returns the last row it looked at */
async function sweepEntries(
  client: Client,
  after: [number, Buffer],
  expiredBeforeMs: number,
): Promise<SweptStep> {
  const { rows } = await client.query<SweptStep>(
    `WITH looked AS (
        SELECT account, address, expires_at_ms FROM honeyjam.reported WHERE (account, address) > ($1, $2)
          ORDER BY account, address LIMIT ${STEP_ROWS}
      ), deleted AS (
        DELETE FROM honeyjam.reported t USING looked l
          WHERE t.account = l.account AND t.address = l.address AND l.expires_at_ms < $3 RETURNING 1
      ), last AS (
        SELECT account, address FROM looked ORDER BY account DESC, address DESC LIMIT 1
      )
      SELECT (SELECT count(*) FROM deleted) AS deleted, last.account, last.address
        FROM (VALUES (1)) AS one LEFT JOIN last ON true`,
    [...after, expiredBeforeMs],
  )
  return rows[0] ?? { deleted: 0, account: null, address: null }
}

/** In one go: these lists are written by people and are short. */
async function deleteExpiredLists(client: Client, expiredBeforeMs: number): Promise<number> {
  let deleted = 0
  for (const what of [
    'allowed WHERE expires_at_ms < $1',
    `list_element WHERE expires_at_ms < $1 OR (account, list_id) IN
      (SELECT account, list_id FROM honeyjam.private_list WHERE expires_at_ms < $1)`,
    'private_list WHERE expires_at_ms < $1',
    'public_list_selection WHERE expires_at_ms < $1',
  ]) {
    const { rowCount } = await client.query(`DELETE FROM honeyjam.${what}`, [expiredBeforeMs])
    deleted += rowCount ?? 0
  }
  return deleted
}

async function deleteReceipts(client: Client, receivedBeforeMs: number): Promise<number> {
  const { rowCount } = await client.query(
    `DELETE FROM honeyjam.receipt WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM honeyjam.receipt WHERE received_at_ms < $1 LIMIT ${STEP_ROWS}))`,
    [receivedBeforeMs],
  )
  return rowCount ?? 0
}
