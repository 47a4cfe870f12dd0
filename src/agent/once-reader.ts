import { statSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { type LogBatch, type LogPosition, STANDARD_INPUT } from '../cowrie/index.ts'
import type { Clock } from '../runtime/index.ts'
import type { AgentState } from './agent-state.ts'
import { CensusFold } from './census-fold.ts'
import type { ReadLog } from './log-source.ts'
import { OnceCounter } from './once-counter.ts'
import type { FileLedger, OnceLedger } from './once-ledger.ts'
import { type LineCounts, type OnceTally, tallyOf } from './once-tally.ts'
import { type SightingRules, trackedGroups } from './sighting.ts'
import type { ReportForm } from './stored-batch.ts'

export interface OnceReaderOptions {
  readonly state: AgentState
  readonly ledger: OnceLedger
  readonly rules: SightingRules
  readonly files: readonly string[]
  readonly read: ReadLog
  readonly clock: Clock
  readonly signal: AbortSignal
  /** How the batches are formed when all is read. */
  readonly batches: { readonly limit: number; readonly form: ReportForm }
  readonly onProgress: (progress: ReadingProgress) => void
}

export interface ReadingProgress {
  readonly file: string
  /** Bytes of the files as they are on disk. */
  readonly bytesRead: number
  /** `undefined` when it is not known, as with standard input. */
  readonly bytesTotal: number | undefined
}

/** Counts of one file as they stood when its reading ended. */
export interface OnceFile {
  readonly path: string
  /** Whether it was read to its end. */
  readonly isDone: boolean
  readonly counts: LineCounts
  readonly tally: OnceTally
}

/** So much reading at most is done again by a run that was killed in a large file. */
const RECORD_EVERY_BYTES = 1024 * 1024 * 1024

/**
 * Reads files into the state, each once, and takes their counts down in its ledger.
 * What was read and where reading stands go to the disk in one transaction, so a killed run goes on there.
 */
export class OnceReader {
  readonly #options: OnceReaderOptions
  readonly #sizeByFile: ReadonlyMap<string, number | undefined>
  /** What was seen since the last record, in all files. */
  readonly #fold: CensusFold
  readonly #unrecorded = new Map<FileLedger, LogPosition | undefined>()
  #unrecordedBytes = 0
  #bytesOfDoneFiles = 0

  constructor(options: OnceReaderOptions) {
    this.#options = options
    this.#fold = new CensusFold(options.ledger.census)
    this.#sizeByFile = new Map(options.files.map((file) => [file, sizeOf(file)]))
  }

  /**
   * Reads all files and forms the batches of what they hold, or, when `signal` is aborted, records what it has read.
   * @returns what each file held, those left out that were not begun
   * @throws HoneyjamError when a file cannot be read; what was read before is kept
   */
  async readAll(): Promise<OnceFile[]> {
    const files: OnceFile[] = []
    try {
      for (const path of this.#options.files) {
        if (this.#options.signal.aborted) break
        const { isDone, counts, census } = await this.#readFile(path)
        files.push({ path, isDone, counts, tally: tallyOf(counts, census) })
        this.#bytesOfDoneFiles += this.#sizeByFile.get(path) ?? 0
      }
      if (!this.#options.signal.aborted) this.#formBatches()
    } finally {
      if (this.#unrecorded.size > 0) this.#record()
    }
    return files
  }

  async #readFile(path: string): Promise<FileLedger> {
    const { ledger, rules, clock, signal } = this.#options
    const file = ledger.load(path)
    if (file.isDone) return file
    const counter = new OnceCounter({ rules, file, total: ledger.census, fold: this.#fold })
    this.#unrecorded.set(file, undefined)
    for await (const batch of this.#batchesOf(path)) {
      counter.count(batch, clock.nowMs())
      this.#unrecorded.set(file, batch.position)
      this.#tell(path, batch.lagBytes)
      this.#unrecordedBytes += batch.bytes
      if (this.#unrecordedBytes >= RECORD_EVERY_BYTES) this.#record()
    }
    file.isDone = !signal.aborted
    this.#unrecorded.set(file, this.#unrecorded.get(file))
    return file
  }

  #batchesOf(path: string): AsyncIterable<LogBatch> {
    const { state, read, rules, signal } = this.#options
    const from = state.positionOf(path)
    return read({
      paths: [path],
      groups: trackedGroups(rules),
      signal,
      ...(from === undefined ? {} : { from }),
    })
  }

  #record(): void {
    this.#options.state.record(this.#fold.values(), this.#positions(), (database) =>
      this.#saveLedgers(database),
    )
    this.#forgetRecorded()
  }

  #formBatches(): void {
    const { state, batches } = this.#options
    state.recordAsBatches(
      { sightings: this.#fold.values(), positions: this.#positions(), ...batches },
      (database) => this.#saveLedgers(database),
    )
    this.#forgetRecorded()
  }

  *#positions(): Generator<readonly [path: string, position: LogPosition]> {
    for (const [{ path }, position] of this.#unrecorded) if (position !== undefined) yield [path, position]
  }

  #saveLedgers(database: Database.Database): void {
    for (const file of this.#unrecorded.keys()) this.#options.ledger.save(database, file)
  }

  /** Only after the transaction: had it failed, all of it would have to be recorded still. */
  #forgetRecorded(): void {
    for (const { census } of this.#unrecorded.keys()) census.notePacked()
    this.#fold.clear()
    this.#unrecorded.clear()
    this.#unrecordedBytes = 0
  }

  #tell(file: string, lagBytes: number): void {
    const bytesOfFile = (this.#sizeByFile.get(file) ?? 0) - lagBytes
    const sizes = [...this.#sizeByFile.values()]
    this.#options.onProgress({
      file,
      bytesRead: this.#bytesOfDoneFiles + Math.max(0, bytesOfFile),
      bytesTotal: sizes.includes(undefined)
        ? undefined
        : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0),
    })
  }
}

/** A size is for the progress alone: what cannot be looked at is left to the reading to complain about. */
function sizeOf(file: string): number | undefined {
  return file === STANDARD_INPUT ? undefined : statSync(file, { throwIfNoEntry: false })?.size
}
