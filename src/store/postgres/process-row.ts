import { randomUUID } from 'node:crypto'
import { HoneyjamError } from '../../runtime/index.ts'
import type { Client, Pool } from './connect.ts'

/** This process in the table `process`: who it is, and from where on the journal must be kept for it. */
export class ProcessRow {
  readonly id = randomUUID()
  readonly #name: string
  #epoch = 0
  /** `undefined` as long as the journal need not be kept for it. */
  position: number | undefined

  /** @param name for people who look at the table */
  constructor(name: string) {
    this.#name = name
  }

  get epoch(): number {
    return this.#epoch
  }

  /**
   * Puts this process on the list and shuts out its older connections.
   * @returns position of the newest record; no older connection adds one any more
   * @throws HoneyjamError STORE_OUTRUN the journal behind `position` is gone
   */
  async enter(client: Client): Promise<number> {
    this.#epoch++
    const { rows } = await client.query<{ head_position: number; is_gone: boolean }>(
      'SELECT * FROM honeyjam.enter_process($1, $2, $3, $4)',
      [this.id, this.#epoch, this.position ?? null, this.#name],
    )
    const [entered] = rows
    if (entered === undefined) throw new TypeError('enter_process gave nothing')
    if (entered.is_gone) throw outrunError(this.position ?? 0)
    return entered.head_position
  }

  /** Keeps the journal from what the tables cover now until this process says that it is further. */
  async hold(pool: Pool): Promise<void> {
    const { rows } = await pool.query<{ covered: number }>('SELECT honeyjam.hold_journal($1) AS covered', [
      this.id,
    ])
    this.position = rows[0]?.covered ?? 0
  }

  /** Takes this process off the list. */
  async leave(pool: Pool): Promise<void> {
    await pool.query('DELETE FROM honeyjam.process WHERE process_id = $1', [this.id])
  }
}

/** The journal no longer continues where this process stands. */
export function outrunError(position: number): HoneyjamError {
  return new HoneyjamError(
    'STORE_OUTRUN',
    `the journal does not go on behind position ${position}: this process was away for too long, or the database was restored from an older copy. Start it again, it then loads the lists anew`,
    { fields: { position } },
  )
}
