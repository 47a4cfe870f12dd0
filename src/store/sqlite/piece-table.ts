import type Database from 'better-sqlite3'
import type { HandoutPiece } from '../../bouncers/index.ts'

type PieceRow = Omit<HandoutPiece, 'isBase'> & { readonly isBase: number }
type Write = (account: number, position: number, bodies: readonly Uint8Array[]) => boolean

/** The table `bouncer_piece`. */
export class PieceTable {
  readonly #select: Database.Statement<[number, number], PieceRow>
  readonly #append: Database.Transaction<Write>
  readonly #replace: Database.Transaction<Write>

  constructor(database: Database.Database) {
    this.#select = database.prepare(
      `SELECT position, is_base AS isBase, part, body FROM bouncer_piece WHERE account = ? AND position > ?
        ORDER BY position, part`,
    )
    const newest = database
      .prepare<[number], number>('SELECT coalesce(max(position), 0) FROM bouncer_piece WHERE account = ?')
      .pluck()
    const find = database
      .prepare<[number, number], number>(
        'SELECT 1 FROM bouncer_piece WHERE account = ? AND position = ? AND is_base = 0',
      )
      .pluck()
    const drop = database.prepare<[number, number]>(
      'DELETE FROM bouncer_piece WHERE account = ? AND position <= ?',
    )
    const insert = database.prepare<[number, number, number, number, Uint8Array]>(
      'INSERT INTO bouncer_piece (account, position, part, is_base, body) VALUES (?, ?, ?, ?, ?)',
    )
    this.#append = database.transaction((account, afterPosition, bodies) => {
      if (newest.get(account) !== afterPosition) return false
      for (const [part, body] of bodies.entries()) insert.run(account, afterPosition + 1, part, 0, body)
      return true
    })
    this.#replace = database.transaction((account, position, bodies) => {
      if (find.get(account, position) === undefined) return false
      drop.run(account, position)
      for (const [part, body] of bodies.entries()) insert.run(account, position, part, 1, body)
      return true
    })
  }

  read(account: number, afterPosition: number): readonly HandoutPiece[] {
    const rows = this.#select.all(account, afterPosition)
    return rows.map(({ isBase, ...rest }) => ({ ...rest, isBase: isBase === 1 }))
  }

  /** With one fsync. */
  append(account: number, afterPosition: number, bodies: readonly Uint8Array[]): boolean {
    return this.#append.immediate(account, afterPosition, bodies)
  }

  /** With one fsync. */
  replace(account: number, position: number, bodies: readonly Uint8Array[]): boolean {
    return this.#replace.immediate(account, position, bodies)
  }
}
