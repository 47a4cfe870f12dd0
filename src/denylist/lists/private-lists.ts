import { RangeIndex } from '../range-index.ts'
import { type DefaultLists, defaultListsOf } from './default-lists.ts'
import {
  isInForce,
  type ListElementRow,
  type ListType,
  type PrivateListRow,
  type SelectionRow,
} from './list-rows.ts'
import { sortElements } from './sort-elements.ts'

/** A private list with what is on it. */
export interface HeldList {
  readonly row: PrivateListRow
  readonly rowByElement: ReadonlyMap<string, ListElementRow>
}

/**
 * The private lists of one account and its choice of public lists. What expired counts as absent, whether it was swept or
 * not. What is on the default lists `reported` and `allow` is kept elsewhere (see `AccountLists`).
 */
export class PrivateLists {
  readonly defaults: DefaultLists
  readonly #lists = new Map<string, { row: PrivateListRow; rowByElement: Map<string, ListElementRow> }>()
  /** Sorted once, for reading in pages. */
  readonly #sortedByList = new Map<string, readonly string[]>()
  readonly #selections = new Map<string, SelectionRow>()
  /** By range, then by list. */
  readonly #ranges: Readonly<Record<ListType, RangeIndex<Map<string, ListElementRow>>>> = {
    DENY: new RangeIndex(),
    ALLOW: new RangeIndex(),
  }

  constructor(accountId: number) {
    this.defaults = defaultListsOf(accountId)
    for (const list of Object.values(this.defaults)) this.setList({ ...list, appliedPosition: 0 })
  }

  isDefault(listId: string): boolean {
    return Object.values(this.defaults).some((list) => list.listId === listId)
  }

  find(listId: string, nowMs: number): HeldList | undefined {
    const held = this.#lists.get(listId)
    return held !== undefined && isInForce(held.row, nowMs) ? held : undefined
  }

  /** Default lists first, then in the order of their making. */
  *list(nowMs: number): Iterable<HeldList> {
    for (const held of this.#lists.values()) if (isInForce(held.row, nowMs)) yield held
  }

  setList(row: PrivateListRow): void {
    const held = this.#lists.get(row.listId)
    if (held === undefined) this.#lists.set(row.listId, { row, rowByElement: new Map() })
    else held.row = row
  }

  deleteList(listId: string): void {
    for (const element of this.#lists.get(listId)?.rowByElement.keys() ?? [])
      this.deleteElement(listId, element)
    this.#lists.delete(listId)
    this.#sortedByList.delete(listId)
  }

  /** Elements of a list that is not there are left out: it has expired. */
  setElement(row: ListElementRow): void {
    const held = this.#lists.get(row.listId)
    if (held === undefined) return
    if (!held.rowByElement.has(row.element)) this.#sortedByList.delete(row.listId)
    held.rowByElement.set(row.element, row)
    if (held.row.resourceType !== 'CIDR') return
    const ranges = this.#ranges[held.row.listType]
    const rowByList = ranges.get(row.element) ?? new Map<string, ListElementRow>()
    rowByList.set(row.listId, row)
    ranges.set(row.element, rowByList)
  }

  deleteElement(listId: string, element: string): void {
    const held = this.#lists.get(listId)
    if (held?.rowByElement.delete(element) !== true) return
    this.#sortedByList.delete(listId)
    if (held.row.resourceType !== 'CIDR') return
    const ranges = this.#ranges[held.row.listType]
    const rowByList = ranges.get(element)
    rowByList?.delete(listId)
    if (rowByList?.size === 0) ranges.delete(element)
  }

  /** Whether a CIDR list of the given type holds anything, expired or not; quicker than {@link covering}. */
  hasRanges(listType: ListType): boolean {
    return !this.#ranges[listType].isEmpty
  }

  /** Elements of CIDR lists of the given type that cover the packed address, the narrowest range first. */
  *covering(listType: ListType, { words, offset, nowMs }: PackedLookup): Iterable<ListElementRow> {
    for (const rowByList of this.#ranges[listType].covering(words, offset)) {
      for (const row of rowByList.values()) {
        if (isInForce(row, nowMs) && this.find(row.listId, nowMs) !== undefined) yield row
      }
    }
  }

  /** What is in force on a list, in order. */
  *elementsOf(listId: string, nowMs: number): Iterable<string> {
    const held = this.find(listId, nowMs)
    if (held === undefined) return
    const sorted =
      this.#sortedByList.get(listId) ?? sortElements(held.rowByElement.keys(), held.row.resourceType)
    this.#sortedByList.set(listId, sorted)
    for (const element of sorted) {
      const row = held.rowByElement.get(element)
      if (row !== undefined && isInForce(row, nowMs)) yield element
    }
  }

  findSelection(listId: string, nowMs: number): SelectionRow | undefined {
    const row = this.#selections.get(listId)
    return row !== undefined && isInForce(row, nowMs) ? row : undefined
  }

  /** Those that expired included until they are swept. */
  selections(): IterableIterator<SelectionRow> {
    return this.#selections.values()
  }

  setSelection(row: SelectionRow): void {
    this.#selections.set(row.listId, row)
  }

  deleteSelection(listId: string): void {
    this.#selections.delete(listId)
  }

  /** Elements in force on all lists. */
  countElements(nowMs: number): number {
    let count = 0
    for (const { rowByElement } of this.list(nowMs)) {
      for (const row of rowByElement.values()) if (isInForce(row, nowMs)) count++
    }
    return count
  }

  /** Forgets what expired before `nowMs`. */
  sweep(nowMs: number): void {
    for (const { row, rowByElement } of this.#lists.values()) {
      if (!isInForce(row, nowMs)) this.deleteList(row.listId)
      for (const each of rowByElement.values())
        if (!isInForce(each, nowMs)) this.deleteElement(row.listId, each.element)
    }
    for (const row of this.#selections.values()) if (!isInForce(row, nowMs)) this.deleteSelection(row.listId)
  }
}

/** A packed address and the instant that counts. */
export interface PackedLookup {
  readonly words: Uint32Array
  readonly offset: number
  readonly nowMs: number
}
