import type { Client, Pool } from './connect.ts'
import { fromColumn, toColumn } from './text-column.ts'

/** How a field stands in its column. */
export interface Column {
  readonly name: string
  readonly type: 'integer' | 'bigint' | 'text' | 'json'
  /** Reads the text of a `json` column. */
  readonly parse?: (json: string) => unknown
  /** Whether NULL stands for an absent field; otherwise for `null`. */
  readonly isOptional?: true
}

export type Columns<Row> = { readonly [Field in keyof Row]-?: Column }

/** A table of the schema whose rows go in and out as objects, many at a time. */
export class RowTable<Row extends object> {
  readonly #fields: readonly (readonly [field: string, column: Column])[]
  readonly #keys: readonly (readonly [field: string, column: Column])[]
  readonly #select: string
  readonly #write: string
  readonly #delete: string

  /** @param keys the fields of the primary key */
  constructor(table: string, columns: Columns<Row>, keys: readonly (keyof Row & string)[]) {
    this.#fields = Object.entries<Column>(columns)
    this.#keys = this.#fields.filter(([field]) => keys.some((key) => key === field))
    const names = this.#fields.map(([, { name }]) => name)
    const keyNames = this.#keys.map(([, { name }]) => name)
    const updates = names
      .filter((name) => !keyNames.includes(name))
      .map((name) => `${name} = excluded.${name}`)
    this.#select = `SELECT ${this.#fields.map(([field, { name }]) => `${name} AS "${field}"`).join(', ')} FROM honeyjam.${table}`
    // in the order of the key: two processes that write the same rows never wait for each other in a circle
    this.#write = `INSERT INTO honeyjam.${table} (${names.join(', ')})
      SELECT * FROM ${unnest(this.#fields)} AS r (${names.join(', ')}) ORDER BY ${keyNames.join(', ')}
      ON CONFLICT (${keyNames.join(', ')}) DO UPDATE SET ${updates.join(', ')}`
    this.#delete = `DELETE FROM honeyjam.${table} WHERE (${keyNames.join(', ')}) IN (SELECT * FROM ${unnest(this.#keys)})`
  }

  /** @param rest what follows the table in the statement: WHERE, ORDER BY, LIMIT */
  async select(
    connection: Pick<Client | Pool, 'query'>,
    rest = '',
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    const { rows } = await connection.query<Record<string, unknown>>(`${this.#select} ${rest}`, [...values])
    return rows.map((row) => this.#toRow(row))
  }

  /** Adds the rows; what is there is replaced. No key may stand in them twice. */
  async write(connection: Pick<Client | Pool, 'query'>, rows: readonly Row[]): Promise<void> {
    if (rows.length > 0) await connection.query(this.#write, toColumns(this.#fields, rows))
  }

  async delete(connection: Pick<Client | Pool, 'query'>, keys: readonly Partial<Row>[]): Promise<void> {
    if (keys.length > 0) await connection.query(this.#delete, toColumns(this.#keys, keys))
  }

  #toRow(loaded: Record<string, unknown>): Row {
    const row: Record<string, unknown> = {}
    for (const [field, column] of this.#fields) {
      const value = loaded[field]
      if (value === null && column.isOptional) continue
      row[field] = typeof value === 'string' ? readText(column, value) : value
    }
    return row as Row
  }
}

function unnest(fields: readonly (readonly [string, Column])[]): string {
  return `unnest(${fields.map(([, { type }], index) => `$${index + 1}::${type === 'json' ? 'text' : type}[]`).join(', ')})`
}

function toColumns(
  fields: readonly (readonly [field: string, column: Column])[],
  rows: readonly object[],
): unknown[][] {
  return fields.map(([field, column]) =>
    rows.map((row) => {
      const value = (row as Record<string, unknown>)[field] ?? null
      if (column.type === 'json') return value === null && column.isOptional ? null : JSON.stringify(value)
      return typeof value === 'string' ? toColumn(value) : value
    }),
  )
}

function readText({ type, parse }: Column, text: string): unknown {
  if (type === 'json') return parse === undefined ? JSON.parse(text) : parse(text)
  return fromColumn(text)
}
