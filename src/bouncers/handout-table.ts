import { setImmediate as turn } from 'node:timers/promises'
import type { DecisionChanges } from '../denylist/index.ts'
import { WORDS_PER_ADDRESS } from '../ip/index.ts'
import { HandoutRows, ROW } from './handout-rows.ts'
import { type PieceEntry, PieceWriter, readPiece } from './piece-codec.ts'
import { isReleased, type Plan, planChanges } from './plan-changes.ts'
import type { HandoutPiece } from './ports.ts'
import { takeChanges } from './take-changes.ts'

/** Entries of one part of a piece: a megabyte or two. */
const PART_ENTRIES = 65_536
/** Entries gone through without a pause; a few milliseconds. */
const STEP_ENTRIES = 8192
const STATES = { told: ROW.told, ended: ROW.ended, released: ROW.released } as const
const STATE_NAMES = new Map(
  Object.entries(STATES).map(([name, state]) => [state, name as PieceEntry['state']]),
)

/**
 * What the bouncers of one account were told and what is to be blocked now. What they were told changes by pieces alone, which are
 * the same in every process; what is to be blocked is this process's own knowledge.
 */
export class HandoutTable {
  readonly rows = new HandoutRows()
  /** Of the last piece; 0: nothing was told yet. */
  position = 0
  /** What was told up to here may have been forgotten when it was taken back. */
  floor = 0
  /** Of the newest operation that a piece knows of. */
  operationPosition = 0
  /** When something was told last, by the clock of the process that told it. */
  atMs = 0
  #readers = 0

  /** Takes down what is to be blocked. */
  async take(changes: DecisionChanges): Promise<void> {
    for (const _ of takeChanges(this.rows, changes)) await turn()
  }

  /** Takes in what was told. */
  async apply({ position, isBase, part, body }: HandoutPiece): Promise<void> {
    const { entries, ...head } = readPiece(body)
    if (isBase && part === 0) this.#forgetTold()
    let count = 0
    for (const entry of entries) {
      if (++count % STEP_ENTRIES === 0) await turn()
      this.#applyEntry(entry, { position, isBase })
    }
    this.position = position
    this.floor = Math.max(this.floor, head.floor)
    this.atMs = Math.max(this.atMs, head.atMs)
    this.operationPosition = Math.max(this.operationPosition, head.operationPosition)
  }

  /** The piece that is to be told next; no parts when there is nothing to tell. */
  async propose(nowMs: number, operationPosition: number): Promise<readonly Uint8Array[]> {
    const steps = planChanges(this.rows, { nowMs, mayFree: this.#readers === 0 })
    let step = steps.next()
    for (; step.done !== true; step = steps.next()) await turn()
    if (step.value.rows.length === 0) return []
    const entries = this.#plannedEntries(step.value, nowMs)
    return await inParts(entries, { atMs: nowMs, operationPosition, floor: this.floor })
  }

  /** All that was told and is not forgotten, as a base at this position; one part at least. */
  async base(): Promise<readonly Uint8Array[]> {
    const { atMs, operationPosition, floor } = this
    return await inParts(this.#toldEntries(), { atMs, operationPosition, floor })
  }

  /** Leaves the numbers of rows as they are until the returned function is called. */
  hold(): () => void {
    this.#readers++
    return () => {
      this.#readers--
    }
  }

  /** Forgets what was taken back before `beforeMs`, and the oldest of it when it is more than `fewest` and than what is blocked. */
  forgetGone(beforeMs: number, fewest: number): void {
    const { states, timesMs, changedAt, end } = this.rows
    const gone: number[] = []
    let told = 0
    for (let row = 0; row < end; row++) {
      if (states[row] === ROW.told) told++
      else if (states[row] === ROW.ended || states[row] === ROW.released) gone.push(row)
    }
    const most = Math.max(fewest, told)
    gone.sort((left, right) => (timesMs[right] ?? 0) - (timesMs[left] ?? 0))
    for (const [index, row] of gone.entries()) {
      if (index < most && (timesMs[row] ?? 0) >= beforeMs) continue
      this.floor = Math.max(this.floor, changedAt[row] ?? 0)
      states[row] = ROW.untold
    }
  }

  #forgetTold(): void {
    const { states, end } = this.rows
    for (let row = 0; row < end; row++) if (states[row] !== ROW.free) states[row] = ROW.untold
  }

  #applyEntry(entry: PieceEntry, { position, isBase }: Pick<HandoutPiece, 'position' | 'isBase'>): void {
    const { rows } = this
    const row = rows.take(entry.words, entry.offset, entry.prefixLength)
    const wasUntold = rows.states[row] === ROW.untold
    const state = STATES[entry.state]
    if (isBase) rows.movedAt[row] = entry.movedAt
    // what was taken back and comes again may be held as it was before
    else if (state === ROW.told && !wasUntold) rows.movedAt[row] = position
    rows.changedAt[row] = isBase ? entry.changedAt : position
    rows.states[row] = state
    rows.timesMs[row] = entry.timeMs
    rows.labels[row] = rows.labelOf(entry.label)
  }

  *#plannedEntries({ rows: planned, endsMs }: Plan, nowMs: number): Iterable<PieceEntry> {
    const { rows } = this
    for (const [index, row] of planned.entries()) {
      const endMs = endsMs[index] ?? 0
      const kept = endMs > 0 ? 'told' : 'ended'
      const state = endMs === 0 && isReleased(rows.timesMs[row] ?? 0, nowMs) ? 'released' : kept
      const isReported = (rows.addressEndMs[row] ?? 0) > 0
      const label = (isReported ? rows.addressLabels : rows.networkLabels)[row] ?? 0
      yield {
        ...this.#networkOf(row),
        state,
        timeMs: endMs === 0 ? nowMs : endMs,
        label: rows.labelTexts[endMs === 0 ? (rows.labels[row] ?? 0) : label] ?? '',
        changedAt: 0,
        movedAt: 0,
      }
    }
  }

  *#toldEntries(): Iterable<PieceEntry> {
    const { rows } = this
    for (let row = 0; row < rows.end; row++) {
      const state = STATE_NAMES.get(rows.states[row] as never)
      if (state === undefined) continue
      yield {
        ...this.#networkOf(row),
        state,
        timeMs: rows.timesMs[row] ?? 0,
        label: rows.labelTexts[rows.labels[row] ?? 0] ?? '',
        changedAt: rows.changedAt[row] ?? 0,
        movedAt: rows.movedAt[row] ?? 0,
      }
    }
  }

  #networkOf(row: number): Pick<PieceEntry, 'words' | 'offset' | 'prefixLength'> {
    const { words, prefixLengths } = this.rows
    return { words, offset: WORDS_PER_ADDRESS * row, prefixLength: prefixLengths[row] ?? 0 }
  }
}

/** One part at least. */
async function inParts(
  entries: Iterable<PieceEntry>,
  head: Parameters<PieceWriter['finish']>[0],
): Promise<readonly Uint8Array[]> {
  const bodies: Uint8Array[] = []
  let writer = new PieceWriter()
  for (const entry of entries) {
    writer.add(entry)
    if (writer.count % STEP_ENTRIES === 0) await turn()
    if (writer.count < PART_ENTRIES) continue
    bodies.push(writer.finish(head))
    writer = new PieceWriter()
  }
  if (writer.count > 0 || bodies.length === 0) bodies.push(writer.finish(head))
  return bodies
}
