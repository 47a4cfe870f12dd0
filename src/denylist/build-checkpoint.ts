import { WORDS_PER_ADDRESS } from '../ip/index.ts'
import type { AccountLists } from './account-lists.ts'
import type { LabelTable } from './label-table.ts'
import { mergeListChanges } from './lists/merge-list-changes.ts'
import { endOfStay } from './merge-report.ts'
import type { AllowRow, Checkpoint, EntryLabel, EntryRows } from './ports.ts'
import type { TakenSteps, UnmergedStep } from './unmerged.ts'

/** Rows copied without a pause: about a millisecond. */
const ROWS_A_TURN = 4000

/**
 * Copies the present state of everything the steps changed, and marks those rows as clean.
 * Rows that are clean already were written by an earlier checkpoint and are left out. What happens meanwhile is part of rows that
 * are copied later, as their position says.
 * @yields so that others can have their turn
 */
export function* buildCheckpoint(
  taken: TakenSteps,
  { labels, rowsATurn = ROWS_A_TURN }: { readonly labels: LabelTable; readonly rowsATurn?: number },
): Generator<void, Checkpoint> {
  const { steps, coveredPosition } = taken
  const writer = new RowWriter(
    steps.reduce((sum, step) => sum + step.rows.length, 0),
    labels,
  )
  let copied = 0
  for (const { lists, rows } of steps) {
    for (const row of rows) {
      if (++copied % rowsATurn === 0) yield
      writer.take(lists, row)
    }
  }
  return {
    entries: writer.finish(),
    ...lastAllowChanges(steps),
    lists: mergeListChanges(steps.flatMap(({ listChanges }) => listChanges ?? [])),
    receipts: steps.flatMap(({ receipt }) => (receipt === undefined ? [] : [receipt])),
    coveredPosition,
  }
}

/** Of several changes of one range the last alone; a step takes ranges off before it puts others on. */
function lastAllowChanges(steps: readonly UnmergedStep[]): Pick<Checkpoint, 'allowed' | 'disallowed'> {
  const allowed = new Map<string, AllowRow>()
  const disallowed = new Map<string, { accountId: number; range: string }>()
  for (const step of steps) {
    const { accountId } = step.lists
    for (const range of step.disallowed) {
      disallowed.set(`${accountId} ${range}`, { accountId, range })
      allowed.delete(`${accountId} ${range}`)
    }
    for (const row of step.allowed) {
      allowed.set(`${accountId} ${row.range}`, row)
      disallowed.delete(`${accountId} ${row.range}`)
    }
  }
  return { allowed: [...allowed.values()], disallowed: [...disallowed.values()] }
}

class RowWriter {
  readonly #labels: LabelTable
  readonly #rows: EntryRows
  /** By the label itself: its number may be given to another one in between. */
  readonly #indexByLabel = new Map<EntryLabel, number>()
  readonly #usedLabels: EntryLabel[] = []
  #count = 0

  constructor(capacity: number, labels: LabelTable) {
    this.#labels = labels
    this.#rows = {
      count: capacity,
      accountIds: new Uint32Array(capacity),
      addresses: new Uint32Array(WORDS_PER_ADDRESS * capacity),
      lastReportMs: new Float64Array(capacity),
      expiresAtMs: new Float64Array(capacity),
      totalReports: new Uint32Array(capacity),
      appliedPositions: new Float64Array(capacity),
      labelIndexes: new Uint32Array(capacity),
      labels: this.#usedLabels,
    }
  }

  take(lists: AccountLists, row: number): void {
    const { reported } = lists
    if (!reported.isDirty(row)) return
    reported.setDirty(row, false)
    const at = this.#count++
    const stay = reported.stayOf(row)
    reported.copyWords(row, this.#rows.addresses, WORDS_PER_ADDRESS * at)
    this.#rows.accountIds[at] = lists.accountId
    this.#rows.lastReportMs[at] = stay.lastReportMs
    this.#rows.expiresAtMs[at] = endOfStay(stay)
    this.#rows.totalReports[at] = stay.totalReports
    this.#rows.appliedPositions[at] = reported.appliedPositionOf(row)
    this.#rows.labelIndexes[at] = this.#labelIndex(this.#labels.labelOf(reported.labelIdOf(row)))
  }

  finish(): EntryRows {
    return { ...this.#rows, count: this.#count }
  }

  #labelIndex(label: EntryLabel): number {
    const known = this.#indexByLabel.get(label)
    if (known !== undefined) return known
    const index = this.#usedLabels.push(label) - 1
    this.#indexByLabel.set(label, index)
    return index
  }
}
