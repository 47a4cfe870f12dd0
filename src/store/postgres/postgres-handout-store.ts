import type { HandoutPiece, HandoutStore } from '../../bouncers/index.ts'
import type { Pool } from './connect.ts'
import { postgresError } from './postgres-error.ts'

/** What bouncers were told in PostgreSQL, for all processes together. */
export class PostgresHandoutStore implements HandoutStore {
  readonly isShared = true
  readonly #pool: Pool

  constructor(pool: Pool) {
    this.#pool = pool
  }

  readPieces(accountId: number, afterPosition: number): Promise<readonly HandoutPiece[]> {
    return this.#query<HandoutPiece>(
      `SELECT position, is_base = 1 AS "isBase", part, body FROM honeyjam.bouncer_piece
        WHERE account = $1 AND position > $2 ORDER BY position, part`,
      [accountId, afterPosition],
    )
  }

  async appendPiece(
    accountId: number,
    { afterPosition, bodies }: Parameters<HandoutStore['appendPiece']>[1],
  ): Promise<boolean> {
    const [row] = await this.#query<{ isDone: boolean }>(
      'SELECT honeyjam.append_bouncer_piece($1, $2, $3) AS "isDone"',
      [accountId, afterPosition, bodies],
    )
    return row?.isDone === true
  }

  async replacePieces(
    accountId: number,
    { position, bodies }: Parameters<HandoutStore['replacePieces']>[1],
  ): Promise<boolean> {
    const [row] = await this.#query<{ isDone: boolean }>(
      'SELECT honeyjam.replace_bouncer_pieces($1, $2, $3) AS "isDone"',
      [accountId, position, bodies],
    )
    return row?.isDone === true
  }

  async #query<Row extends object>(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    try {
      const { rows } = await this.#pool.query<Row>(text, [...values])
      return rows
    } catch (error) {
      throw postgresError('what bouncers were told', error)
    }
  }
}
