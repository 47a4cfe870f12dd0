import type { AllowRow, Checkpoint, EntryRows, ListRows } from '../../src/denylist/index.ts'
import { unpackAddress } from '../../src/ip/index.ts'

/** The tables as checkpoints leave them: whole rows by what names them. */
export class TableModel {
  readonly rows = new Map<string, EntryRows>()
  readonly allowed = new Map<string, AllowRow>()
  readonly #lists = new Map<string, ListRows['lists'][number]>()
  readonly #elements = new Map<string, ListRows['elements'][number]>()
  readonly #selections = new Map<string, ListRows['selections'][number]>()
  coveredPosition = 0

  write({ entries, allowed, disallowed, lists, coveredPosition }: Checkpoint): void {
    for (let row = 0; row < entries.count; row++) {
      const address = unpackAddress(entries.addresses, 4 * row)
      this.rows.set(`${entries.accountIds[row]} ${address}`, oneRow(entries, row))
    }
    for (const row of allowed) this.allowed.set(`${row.accountId} ${row.range}`, row)
    for (const { accountId, range } of disallowed) this.allowed.delete(`${accountId} ${range}`)
    this.#writeLists(lists)
    this.coveredPosition = coveredPosition
  }

  /** What did not expire until `expiresAfterMs`, in an order of its own. */
  loadLists(expiresAfterMs: number): ListRows {
    const inForce = ({ expiresAtMs = Number.POSITIVE_INFINITY }: { readonly expiresAtMs?: number }) =>
      expiresAtMs > expiresAfterMs
    return {
      lists: [...this.#lists.values()].filter(inForce),
      elements: [...this.#elements.values()].filter(inForce).toReversed(),
      selections: [...this.#selections.values()].filter(inForce).toReversed(),
    }
  }

  #writeLists(changes: Checkpoint['lists']): void {
    for (const { accountId, listId } of changes.removedLists) {
      this.#lists.delete(`${accountId} ${listId}`)
      for (const [key, row] of this.#elements) {
        if (row.accountId === accountId && row.listId === listId) this.#elements.delete(key)
      }
    }
    for (const { accountId, listId, element } of changes.removedElements) {
      this.#elements.delete(`${accountId} ${listId} ${element}`)
    }
    for (const { accountId, listId } of changes.removedSelections) {
      this.#selections.delete(`${accountId} ${listId}`)
    }
    for (const row of changes.lists) this.#lists.set(`${row.accountId} ${row.listId}`, row)
    for (const row of changes.elements) {
      this.#elements.set(`${row.accountId} ${row.listId} ${row.element}`, row)
    }
    for (const row of changes.selections) this.#selections.set(`${row.accountId} ${row.listId}`, row)
  }
}

function oneRow(rows: EntryRows, row: number): EntryRows {
  return {
    count: 1,
    accountIds: rows.accountIds.slice(row, row + 1),
    addresses: rows.addresses.slice(4 * row, 4 * row + 4),
    lastReportMs: rows.lastReportMs.slice(row, row + 1),
    expiresAtMs: rows.expiresAtMs.slice(row, row + 1),
    totalReports: rows.totalReports.slice(row, row + 1),
    appliedPositions: rows.appliedPositions.slice(row, row + 1),
    labelIndexes: rows.labelIndexes.slice(row, row + 1),
    labels: rows.labels,
  }
}
