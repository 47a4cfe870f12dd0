import type { Member, RosterChanges, RosterStore } from '../../roster/index.ts'
import type { Pool } from './connect.ts'
import { postgresError } from './postgres-error.ts'
import type { RowTable } from './row-table.ts'

/** Members of one kind in a table of PostgreSQL. */
export class PostgresRosterStore<Kind extends Member> implements RosterStore<Kind> {
  readonly isShared = true
  readonly #pool: Pool
  readonly #table: RowTable<Kind>
  readonly #what: string

  /** @param what the members, for errors */
  constructor(pool: Pool, table: RowTable<Kind>, what: string) {
    this.#pool = pool
    this.#table = table
    this.#what = what
  }

  async load(): Promise<readonly Kind[]> {
    try {
      return await this.#table.select(this.#pool)
    } catch (error) {
      throw postgresError(this.#what, error)
    }
  }

  async write({ seen, gone }: RosterChanges<Kind>): Promise<void> {
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw postgresError(this.#what, error)
    })
    try {
      await client.query('BEGIN')
      await this.#table.write(client, seen)
      // Kind has what MemberId has
      await this.#table.delete(client, gone as readonly Partial<Kind>[])
      await client.query('COMMIT')
      client.release()
    } catch (error) {
      client.release(true)
      throw postgresError(this.#what, error)
    }
  }
}
