import {
  clearHostBits,
  isIpv4Range,
  type PackedRange,
  rangeContains,
  WORDS_PER_ADDRESS,
} from '../ip/index.ts'
import { type HandoutRows, ROW } from './handout-rows.ts'
import type { HandoutTable } from './handout-table.ts'
import { type Needed, type Selected, selectTold } from './select-told.ts'

const V4_PREFIX_OFFSET = 96

/** Something that a bouncer is told of. */
export interface ToldDecision {
  readonly range: PackedRange
  /** For how long it is to be blocked, at least 1; of what is not to be blocked any more since when it is not, 0 or less. */
  readonly seconds: number
  /** See `scenario.ts`. */
  readonly scenario: string
}

/** What one bouncer is to be told. To be released, whatever becomes of it. */
export class Handout {
  readonly #rows: HandoutRows
  readonly #selected: Selected
  readonly #options: HandoutOptions
  readonly #release: () => void
  #isOver = false

  constructor(table: HandoutTable, options: HandoutOptions) {
    this.#rows = table.rows
    this.#selected = selectTold(table.rows, options.needed)
    this.#options = options
    this.#release = table.hold()
  }

  /** What is to be blocked from `nowMs` on. */
  blocked(nowMs: number): Iterable<ToldDecision> {
    return blockedAt(this.#rows, this.#selected.told, nowMs)
  }

  /** What is not to be blocked any more, whether the bouncer holds it or not; to be asked for after {@link blocked}. */
  *deleted(nowMs: number): Iterable<ToldDecision> {
    const { gone, moved, told } = this.#selected
    for (const numbers of [gone, this.#options.deletesFirst ? moved : []]) {
      for (const row of numbers) {
        const decision = decisionOf(this.#rows, row, nowMs)
        yield { ...decision, seconds: Math.min(0, decision.seconds) }
      }
    }
    // too short to be told, and it may be held for longer
    for (const row of told) {
      const decision = decisionOf(this.#rows, row, nowMs)
      if (decision.seconds < 1) yield decision
    }
  }

  /** To be called when all of it was sent, and nothing showed that it did not arrive. */
  delivered(): void {
    if (!this.#isOver) this.#options.onDelivered()
  }

  /** Lets go of it. */
  release(): void {
    if (!this.#isOver) this.#release()
    this.#isOver = true
  }
}

export interface HandoutOptions {
  readonly needed: Needed
  /** Whether the bouncer takes another end only for what it was told to delete in the same answer. */
  readonly deletesFirst: boolean
  readonly onDelivered: () => void
}

/** Numbers of the rows of what is blocked now and covers the range, the narrowest first. */
export function covering(rows: HandoutRows, range: PackedRange): readonly number[] {
  const found: number[] = []
  const words = new Uint32Array(WORDS_PER_ADDRESS)
  const shortest = isIpv4Range(range) ? V4_PREFIX_OFFSET : 0
  for (let prefixLength = range.prefixLength; prefixLength >= shortest; prefixLength--) {
    words.set(range.words)
    clearHostBits(words, 0, prefixLength)
    const row = rows.find(words, 0, prefixLength)
    if (row >= 0 && rows.states[row] === ROW.told) found.push(row)
  }
  return found
}

/** Numbers of the rows of what is blocked now and lies within the range; without one of everything. */
export function within(rows: HandoutRows, range: PackedRange | undefined): readonly number[] {
  const found: number[] = []
  for (let row = 0; row < rows.end; row++) {
    if (rows.states[row] !== ROW.told) continue
    const isInside =
      range === undefined ||
      ((rows.prefixLengths[row] ?? 0) >= range.prefixLength &&
        rangeContains(range, rows.words, WORDS_PER_ADDRESS * row))
    if (isInside) found.push(row)
  }
  return found
}

/** Those of the rows that are to be blocked from `nowMs` on. Made as they are asked for: there may be a million of them. */
export function* blockedAt(
  rows: HandoutRows,
  numbers: readonly number[],
  nowMs: number,
): Iterable<ToldDecision> {
  for (const row of numbers) {
    const decision = decisionOf(rows, row, nowMs)
    if (decision.seconds >= 1) yield decision
  }
}

function decisionOf(rows: HandoutRows, row: number, nowMs: number): ToldDecision {
  const offset = WORDS_PER_ADDRESS * row
  return {
    range: {
      words: rows.words.slice(offset, offset + WORDS_PER_ADDRESS),
      prefixLength: rows.prefixLengths[row] ?? 0,
    },
    seconds: Math.floor(((rows.timesMs[row] ?? 0) - nowMs) / 1000),
    scenario: rows.labelTexts[rows.labels[row] ?? 0] ?? '',
  }
}
