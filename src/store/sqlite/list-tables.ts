import type Database from 'better-sqlite3'
import type {
  ElementKey,
  ListChanges,
  ListElementRow,
  ListKey,
  ListRows,
  PrivateListRow,
  SelectionRow,
} from '../../denylist/index.ts'
import { parseOrigins, parseTexts } from '../rows/index.ts'

/** A row as SQLite has it: lists as JSON, NULL for no expiry. */
type Stored<Row> = {
  readonly [Name in keyof Row]-?: Name extends 'tags' | 'origins'
    ? string
    : Name extends 'expiresAtMs'
      ? number | null
      : Row[Name]
}

const KEY = 'account AS accountId, list_id AS listId'
const STATE = `created_at_ms AS createdAtMs, expires_at_ms AS expiresAtMs, applied_position AS appliedPosition`
const IN_FORCE = 'expires_at_ms IS NULL OR expires_at_ms > ?'

/** The tables `private_list`, `list_element` and `public_list_selection`. */
export class ListTables {
  readonly #put: ReturnType<typeof preparePuts>
  readonly #remove: ReturnType<typeof prepareRemovals>
  readonly #select: ReturnType<typeof prepareSelects>
  readonly #deleteExpired: readonly Database.Statement<[{ readonly beforeMs: number }]>[]

  constructor(database: Database.Database) {
    this.#put = preparePuts(database)
    this.#remove = prepareRemovals(database)
    this.#select = prepareSelects(database)
    this.#deleteExpired = [
      `DELETE FROM list_element WHERE expires_at_ms < @beforeMs OR (account, list_id) IN
        (SELECT account, list_id FROM private_list WHERE expires_at_ms < @beforeMs)`,
      'DELETE FROM private_list WHERE expires_at_ms < @beforeMs',
      'DELETE FROM public_list_selection WHERE expires_at_ms < @beforeMs',
    ].map((sql) => database.prepare(sql))
  }

  write(changes: ListChanges): void {
    for (const key of changes.removedLists) {
      this.#remove.elements.run(key)
      this.#remove.list.run(key)
    }
    for (const key of changes.removedElements) this.#remove.element.run(key)
    for (const key of changes.removedSelections) this.#remove.selection.run(key)
    for (const { tags, origins, expiresAtMs = null, ...row } of changes.lists) {
      this.#put.list.run({
        ...row,
        expiresAtMs,
        tags: JSON.stringify(tags),
        origins: JSON.stringify(origins),
      })
    }
    for (const { expiresAtMs = null, ...row } of changes.elements)
      this.#put.element.run({ ...row, expiresAtMs })
    for (const { origins, expiresAtMs = null, ...row } of changes.selections) {
      this.#put.selection.run({ ...row, expiresAtMs, origins: JSON.stringify(origins) })
    }
  }

  load(expiresAfterMs: number): ListRows {
    return {
      lists: this.#select.lists.all(expiresAfterMs).map(({ expiresAtMs, tags, origins, ...row }) => ({
        ...row,
        ...(expiresAtMs === null ? {} : { expiresAtMs }),
        tags: parseTexts(tags),
        origins: parseOrigins(origins),
      })),
      elements: this.#select.elements.all(expiresAfterMs).map(({ expiresAtMs, ...row }) => ({
        ...row,
        ...(expiresAtMs === null ? {} : { expiresAtMs }),
      })),
      selections: this.#select.selections.all(expiresAfterMs).map(({ expiresAtMs, origins, ...row }) => ({
        ...row,
        ...(expiresAtMs === null ? {} : { expiresAtMs }),
        origins: parseOrigins(origins),
      })),
    }
  }

  /** In one go: lists are written by people and are short. @returns rows deleted */
  deleteExpired(beforeMs: number): number {
    return this.#deleteExpired.reduce((sum, statement) => sum + statement.run({ beforeMs }).changes, 0)
  }
}

function preparePuts(database: Database.Database) {
  return {
    list: database.prepare<[Stored<PrivateListRow>]>(
      `INSERT OR REPLACE INTO private_list
        (account, list_id, list_type, resource_type, name, description, tags, created_at_ms, updated_at_ms,
          expires_at_ms, origins, applied_position)
        VALUES (@accountId, @listId, @listType, @resourceType, @name, @description, @tags, @createdAtMs, @updatedAtMs,
          @expiresAtMs, @origins, @appliedPosition)`,
    ),
    element: database.prepare<[Stored<ListElementRow>]>(
      `INSERT OR REPLACE INTO list_element
        (account, list_id, element, created_at_ms, expires_at_ms, applied_position)
        VALUES (@accountId, @listId, @element, @createdAtMs, @expiresAtMs, @appliedPosition)`,
    ),
    selection: database.prepare<[Stored<SelectionRow>]>(
      `INSERT OR REPLACE INTO public_list_selection
        (account, list_id, status, created_at_ms, updated_at_ms, expires_at_ms, origins, applied_position)
        VALUES (@accountId, @listId, @status, @createdAtMs, @updatedAtMs, @expiresAtMs, @origins, @appliedPosition)`,
    ),
  }
}

function prepareRemovals(database: Database.Database) {
  const ofList = 'WHERE account = @accountId AND list_id = @listId'
  return {
    list: database.prepare<[ListKey]>(`DELETE FROM private_list ${ofList}`),
    elements: database.prepare<[ListKey]>(`DELETE FROM list_element ${ofList}`),
    element: database.prepare<[ElementKey]>(`DELETE FROM list_element ${ofList} AND element = @element`),
    selection: database.prepare<[ListKey]>(`DELETE FROM public_list_selection ${ofList}`),
  }
}

function prepareSelects(database: Database.Database) {
  return {
    lists: database.prepare<[number], Stored<PrivateListRow>>(
      `SELECT ${KEY}, list_type AS listType, resource_type AS resourceType, name, description, tags,
          updated_at_ms AS updatedAtMs, origins, ${STATE}
        FROM private_list WHERE ${IN_FORCE} ORDER BY account, created_at_ms, list_id`,
    ),
    elements: database.prepare<[number], Stored<ListElementRow>>(
      `SELECT ${KEY}, element, ${STATE} FROM list_element WHERE ${IN_FORCE} ORDER BY account, list_id, element`,
    ),
    selections: database.prepare<[number], Stored<SelectionRow>>(
      `SELECT ${KEY}, status, updated_at_ms AS updatedAtMs, origins, ${STATE}
        FROM public_list_selection WHERE ${IN_FORCE} ORDER BY account, list_id`,
    ),
  }
}
