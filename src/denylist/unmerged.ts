import type { AccountLists } from './account-lists.ts'
import type { ListChanges } from './lists/list-rows.ts'
import type { Receipt } from './operation.ts'
import type { AllowRow } from './ports.ts'

/** What one operation left to be written to the tables. */
export interface UnmergedStep {
  readonly position: number
  readonly lists: AccountLists
  /** Rows that were clean before this operation; rows of earlier steps are not named again. */
  readonly rows: readonly number[]
  readonly allowed: readonly AllowRow[]
  readonly disallowed: readonly string[]
  readonly listChanges: ListChanges | undefined
  readonly receipt: Receipt | undefined
}

const NOTHING_BUT_ROWS = { allowed: [], disallowed: [], listChanges: undefined, receipt: undefined }

/** Steps (the last perhaps in part) that a checkpoint takes, in order. */
export interface TakenSteps {
  readonly steps: readonly UnmergedStep[]
  /** Every operation up to here is covered once the steps are written. */
  readonly coveredPosition: number
}

/**
 * The operations that are in effect but not yet part of the tables, oldest first. A step is taken whole, but for its rows,
 * which may be taken in several goes; changes of other lists and the receipt go with the last of them. So the tables'
 * other lists are always exactly as they were at the covered position, and only rows may be newer (each tells its own position).
 */
export class Unmerged {
  #steps: UnmergedStep[] = []
  #head = 0
  #rows = 0
  #newestPosition: number

  constructor(coveredPosition: number) {
    this.#newestPosition = coveredPosition
  }

  get waitingRows(): number {
    return this.#rows
  }

  get isEmpty(): boolean {
    return this.#head === this.#steps.length
  }

  get newestPosition(): number {
    return this.#newestPosition
  }

  /** Of the first step that waits; infinite when none does. */
  get oldestPosition(): number {
    return this.#steps[this.#head]?.position ?? Number.POSITIVE_INFINITY
  }

  add(step: UnmergedStep): void {
    this.#newestPosition = step.position
    this.#steps.push(step)
    this.#rows += step.rows.length
  }

  /** Takes steps from the front until they hold `maxRows` rows. */
  take(maxRows: number): TakenSteps {
    const steps: UnmergedStep[] = []
    let room = maxRows
    while (room > 0) {
      const step = this.#steps[this.#head]
      if (step === undefined) break
      const isWhole = step.rows.length <= room
      steps.push(isWhole ? step : { ...step, rows: step.rows.slice(0, room), ...NOTHING_BUT_ROWS })
      if (isWhole) this.#head++
      else this.#steps[this.#head] = { ...step, rows: step.rows.slice(room) }
      room -= Math.max(1, Math.min(room, step.rows.length))
    }
    this.#rows -= steps.reduce((sum, step) => sum + step.rows.length, 0)
    this.#dropTaken()
    return { steps, coveredPosition: this.#coveredPosition() }
  }

  /** Puts steps back to the front that could not be written. */
  putBack(taken: TakenSteps): void {
    this.#steps = [...taken.steps, ...this.#steps.slice(this.#head)]
    this.#head = 0
    this.#rows += taken.steps.reduce((sum, step) => sum + step.rows.length, 0)
  }

  /** Takes the steps up to and including `position` off the front. */
  dropThrough(position: number): readonly UnmergedStep[] {
    const from = this.#head
    while (this.oldestPosition <= position) this.#head++
    const dropped = this.#steps.slice(from, this.#head)
    this.#rows -= dropped.reduce((sum, step) => sum + step.rows.length, 0)
    this.#dropTaken()
    return dropped
  }

  /** Lets rows wait that no step names any more, ahead of all steps and to be covered with the first of them. */
  addRows(lists: AccountLists, rows: readonly number[]): void {
    const position = this.#steps[this.#head]?.position ?? this.#newestPosition
    const step = { position, lists, rows, ...NOTHING_BUT_ROWS }
    this.putBack({ steps: [step], coveredPosition: position - 1 })
  }

  #coveredPosition(): number {
    const next = this.#steps[this.#head]
    return next === undefined ? this.#newestPosition : next.position - 1
  }

  #dropTaken(): void {
    if (this.#head < 1024 && !this.isEmpty) return
    this.#steps = this.#steps.slice(this.#head)
    this.#head = 0
  }
}
