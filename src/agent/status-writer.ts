import type { LogBatch } from '../cowrie/index.ts'
import type { Clock, Logger } from '../runtime/index.ts'
import type { AgentObserver, Gathering, TargetProgress } from './agent-observer.ts'
import type { AgentStatusBoard } from './status-board.ts'
import { recordOf, writeStatusRecord } from './status-record.ts'
import type { StatusRecord } from './status-schema.ts'

export interface StatusWriterOptions {
  readonly directory: string
  readonly board: AgentStatusBoard
  readonly clock: Clock
  readonly logger: Logger
}

/** At most so often something new is written. */
const SHORTEST_GAP_MS = 5000
/** So many gaps may go by without a word, so that a minute's silence means trouble. */
const LONGEST_SILENCE = 12

/**
 * Writes the board to `status.json` while an agent runs: soon after a change, and each minute. It begins with the
 * first word of the agent, which then holds its directory, and ends with the last. A disk that does not take it is
 * told once, and harms nothing else.
 */
export class StatusWriter implements AgentObserver {
  readonly #options: StatusWriterOptions
  #running: AbortController | undefined
  #hasChanged = false
  #isFailing = false

  constructor(options: StatusWriterOptions) {
    this.#options = options
  }

  /** Alone it says nothing yet: the first progress of the target follows. */
  onLogs(target: string, logPaths: readonly string[]): void {
    this.#options.board.onLogs(target, logPaths)
    if (this.#running !== undefined) this.#note()
  }

  onRead(target: string, logPath: string, batch: LogBatch): void {
    this.#options.board.onRead(target, logPath, batch)
    this.#note()
  }

  /** It always comes beside another word, which is noted. */
  onGathering(target: string, gathering: Gathering | undefined): void {
    this.#options.board.onGathering(target, gathering)
  }

  onProgress(target: string, progress: TargetProgress): void {
    this.#options.board.onProgress(target, progress)
    this.#note()
  }

  onEnd(): void {
    if (this.#running === undefined) return
    this.#running.abort()
    this.#running = undefined
    this.#write('stopped')
  }

  #note(): void {
    this.#hasChanged = true
    if (this.#running !== undefined) return
    this.#running = new AbortController()
    void this.#run(this.#running.signal)
  }

  async #run(signal: AbortSignal): Promise<void> {
    let silence = LONGEST_SILENCE
    while (!signal.aborted) {
      silence += 1
      if (this.#hasChanged || silence >= LONGEST_SILENCE) {
        this.#write('running')
        silence = 0
      }
      await this.#options.clock.sleep(SHORTEST_GAP_MS, signal)
    }
  }

  #write(state: StatusRecord['state']): void {
    const { directory, board, clock, logger } = this.#options
    this.#hasChanged = false
    try {
      writeStatusRecord(directory, recordOf(board.snapshot(), { state, writtenAtMs: clock.nowMs() }))
      this.#isFailing = false
    } catch (error) {
      if (!this.#isFailing)
        logger.warn({ err: error }, 'the status cannot be written, will go on without: is the disk full?')
      this.#isFailing = true
    }
  }
}
