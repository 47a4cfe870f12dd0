import type { ElementKey, ListChanges, ListKey } from './list-rows.ts'

/** The final states that several changes, in order, leave. */
export function mergeListChanges(changes: readonly ListChanges[]): ListChanges {
  const lists = new LastStates<ListChanges['lists'][number], ListKey>(listKey)
  const elements = new LastStates<ListChanges['elements'][number], ElementKey>(elementKey)
  const selections = new LastStates<ListChanges['selections'][number], ListKey>(listKey)
  for (const change of changes) {
    for (const key of change.removedLists) lists.remove(key)
    for (const key of change.removedElements) elements.remove(key)
    for (const key of change.removedSelections) selections.remove(key)
    for (const row of change.lists) lists.set(row)
    for (const row of change.elements) elements.set(row)
    for (const row of change.selections) selections.set(row)
  }
  return {
    lists: lists.rows,
    removedLists: lists.removed,
    // a private list that was deleted does not come back, and takes what was on it along
    elements: elements.rows.filter((row) => !lists.isRemoved(row)),
    removedElements: elements.removed.filter((key) => !lists.isRemoved(key)),
    selections: selections.rows,
    removedSelections: selections.removed,
  }
}

/** The last that was said of each key. */
class LastStates<Row extends Key, Key> {
  readonly #textOf: (key: Key) => string
  readonly #rowByKey = new Map<string, Row>()
  readonly #removedByKey = new Map<string, Key>()

  constructor(textOf: (key: Key) => string) {
    this.#textOf = textOf
  }

  get rows(): readonly Row[] {
    return [...this.#rowByKey.values()]
  }

  get removed(): readonly Key[] {
    return [...this.#removedByKey.values()]
  }

  isRemoved(key: Key): boolean {
    return this.#removedByKey.has(this.#textOf(key))
  }

  set(row: Row): void {
    this.#rowByKey.set(this.#textOf(row), row)
    this.#removedByKey.delete(this.#textOf(row))
  }

  remove(key: Key): void {
    this.#rowByKey.delete(this.#textOf(key))
    this.#removedByKey.set(this.#textOf(key), key)
  }
}

function listKey({ accountId, listId }: ListKey): string {
  return `${accountId} ${listId}`
}

function elementKey(key: ElementKey): string {
  return `${listKey(key)} ${key.element}`
}
