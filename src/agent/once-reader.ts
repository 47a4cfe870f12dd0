import { statSync } from 'node:fs'
import type { LogBatch, LogPosition } from '../cowrie/index.ts'
import type { Clock } from '../runtime/index.ts'
import type { AgentState } from './agent-state.ts'
import type { ReadLog } from './log-source.ts'
import { OnceCounter } from './once-counter.ts'
import { type FileLedger, type OnceLedger, STANDARD_INPUT } from './once-ledger.ts'
import { type LineCounts, type OnceTally, tallyOf } from './once-tally.ts'
import { type SightingRules, trackedGroups } from './sighting.ts'

export interface OnceReaderOptions {
  readonly state: AgentState
  readonly ledger: OnceLedger
  readonly rules: SightingRules
  readonly files: readonly string[]
  readonly read: ReadLog
  readonly clock: Clock
  readonly signal: AbortSignal
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
  #bytesOfDoneFiles = 0

  constructor(options: OnceReaderOptions) {
    this.#options = options
    this.#sizeByFile = new Map(options.files.map((file) => [file, sizeOf(file)]))
  }

  /**
   * @returns what each file held, those left out that were not begun when `signal` was aborted
   * @throws HoneyjamError when a file cannot be read; what was read before is kept
   */
  async readAll(): Promise<OnceFile[]> {
    const files: OnceFile[] = []
    for (const path of this.#options.files) {
      if (this.#options.signal.aborted) break
      const ledger = await this.#readFile(path)
      const { isDone, counts, census } = ledger
      files.push({ path, isDone, counts, tally: tallyOf(counts, census) })
      this.#bytesOfDoneFiles += this.#sizeByFile.get(path) ?? 0
    }
    return files
  }

  async #readFile(path: string): Promise<FileLedger> {
    const { ledger, rules, clock, signal } = this.#options
    const file = ledger.load(path)
    if (file.isDone) return file
    const counter = new OnceCounter(rules, file, ledger.census)
    let position: LogPosition | undefined
    let recordedBytes = file.counts.bytes
    try {
      for await (const batch of this.#batchesOf(path)) {
        counter.count(batch, clock.nowMs())
        this.#tell(path, batch.lagBytes)
        position = batch.position ?? position
        if (file.counts.bytes - recordedBytes < RECORD_EVERY_BYTES) continue
        this.#record(file, counter, position)
        recordedBytes = file.counts.bytes
      }
      file.isDone = !signal.aborted
    } finally {
      this.#record(file, counter, position)
    }
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

  #record(file: FileLedger, counter: OnceCounter, position: LogPosition | undefined): void {
    const { state, ledger } = this.#options
    const positions = position === undefined ? [] : [[file.path, position] as const]
    state.record(counter.takeSightings(), positions, (database) => ledger.save(database, file))
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
