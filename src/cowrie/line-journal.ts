import type { FileHandle } from 'node:fs/promises'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock, Logger } from '../runtime/index.ts'
import { JOURNAL_FILE, rotateJournal, syncDirectory, trimJournal } from './journal-files.ts'

export interface LineJournalOptions {
  /** Exists, and belongs to this journal alone. */
  readonly directory: string
  readonly clock: Clock
  readonly logger: Logger
  /** A file is rotated once it is so large; default 16 MiB. */
  readonly maxFileBytes?: number
  /** What rotated files may take together; default 48 MiB, so that all take 64 or little more. */
  readonly maxRotatedBytes?: number
  /** Lines in memory that are not on disk yet; default 4 MiB, or one line if that is longer. */
  readonly maxWaitingBytes?: number
  /** See `TrimOptions`; default none is known. */
  readonly inodesBeingRead?: () => readonly number[]
}

const MIB = 1024 * 1024
const DEFAULTS = { maxFileBytes: 16 * MIB, maxRotatedBytes: 48 * MIB, maxWaitingBytes: 4 * MIB }
/** So long the source may be kept waiting for a disk that says nothing. */
const PATIENCE_MS = 1000
const RETRY_MS = 1000
const LINE_FEED = 10

/**
 * Keeps on disk the lines of a source that cannot be read again, as a log that can be followed like any other.
 * While the disk refuses them, those that no longer fit into memory are dropped and counted: the source never waits.
 * Only one may be open in a directory.
 */
export class LineJournal {
  readonly path: string
  readonly #options: LineJournalOptions & typeof DEFAULTS
  readonly #closing = new AbortController()
  #queue: Buffer[] = []
  #waitingBytes = 0
  #handle: FileHandle | undefined
  #fileBytes = 0
  #writing: Promise<void> | undefined
  /** Ends when the lines that are being written are on disk. */
  #round: Promise<boolean> | undefined
  #trouble: { droppedLines: number } | undefined
  #droppedLines = 0
  /** Replaced by another at each change that those who wait for room must hear of. */
  #change = Promise.withResolvers<void>()

  constructor(options: LineJournalOptions) {
    this.#options = { ...DEFAULTS, ...options }
    this.path = join(options.directory, JOURNAL_FILE)
  }

  /** Lines that were lost since it was opened. */
  get droppedLines(): number {
    return this.#droppedLines
  }

  /** Makes the file ready. @throws Error of the file system */
  async open(): Promise<void> {
    await this.#ensureFile()
    await this.#tidy()
  }

  /**
   * Takes whole lines, line feeds included, or drops them when there is no room for them.
   * They are durable once {@link settled} resolves with no trouble.
   */
  append(lines: Buffer): void {
    if (lines.length === 0) return
    if (this.#waitingBytes > 0 && this.#waitingBytes + lines.length > this.#options.maxWaitingBytes) {
      this.#drop(countLines(lines))
      return
    }
    this.#queue.push(lines)
    this.#waitingBytes += lines.length
    this.#writing ??= this.#writeQueue()
  }

  /** Resolves when there is room, or when waiting for it would keep the source waiting. */
  async room(): Promise<void> {
    if (this.#waitingBytes < this.#options.maxWaitingBytes / 2 || this.#trouble !== undefined) return
    const done = new AbortController()
    const outcome = await Promise.race([
      this.#change.promise,
      this.#options.clock.sleep(PATIENCE_MS, done.signal).then(() => 'late' as const),
    ])
    done.abort()
    if (outcome === 'late') this.#beginTrouble(new Error(`the disk did not answer within ${PATIENCE_MS} ms`))
  }

  /** Resolves when nothing waits to be written any more. */
  async settled(): Promise<void> {
    await this.#writing
  }

  /** Resolves when everything is on disk that a reader can have read by now. */
  async durable(): Promise<void> {
    await this.#round
  }

  /** Tries once more to write what waits, and closes the file. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#writing
    await this.#handle?.close()
    this.#handle = undefined
    this.#endTrouble()
  }

  async #writeQueue(): Promise<void> {
    while (this.#queue.length > 0) {
      const lines = Buffer.concat(this.#queue)
      this.#queue = []
      this.#round = this.#write(lines)
      const isWritten = await this.#round
      this.#waitingBytes -= lines.length
      if (isWritten) this.#endTrouble()
      else this.#drop(countLines(lines))
      this.#tellChange()
    }
    this.#writing = undefined
  }

  /**
   * Repeats until the disk has taken all, and has it safe. What stands there of a line already is never cut off, but
   * followed by its rest: a reader may have seen it. @returns `false` when closing ended the tries
   */
  async #write(lines: Buffer): Promise<boolean> {
    // not sooner: a current file that is not empty tells readers where the last line is
    if (this.#fileBytes >= this.#options.maxFileBytes) await this.#rotate()
    const progress = { done: 0 }
    for (;;) {
      try {
        await this.#writeRest(lines, progress)
        break
      } catch (error) {
        this.#beginTrouble(error)
      }
      if (this.#closing.signal.aborted) return false
      await this.#options.clock.sleep(RETRY_MS, this.#closing.signal)
    }
    return true
  }

  async #writeRest(lines: Buffer, progress: { done: number }): Promise<void> {
    const handle = await this.#ensureFile()
    while (progress.done < lines.length) {
      const { bytesWritten } = await handle.write(lines, progress.done)
      progress.done += bytesWritten
      this.#fileBytes += bytesWritten
    }
    await handle.datasync()
  }

  async #ensureFile(): Promise<FileHandle> {
    if (this.#handle !== undefined) return this.#handle
    // not for others to read: attackers' passwords stand in it
    const handle = await open(this.path, 'a+', 0o600)
    try {
      const { size } = await handle.stat()
      this.#fileBytes = size + (await endLastLine(handle, size))
      // a process that was killed may have written it and not come to this
      await handle.datasync()
      await syncDirectory(this.#options.directory)
    } catch (error) {
      await handle.close()
      throw error
    }
    this.#handle = handle
    return handle
  }

  /** A file that cannot be renamed is written on. */
  async #rotate(): Promise<void> {
    const { directory, clock, logger } = this.#options
    try {
      await rotateJournal(directory, clock.nowMs())
      const old = this.#handle
      this.#handle = undefined
      await old?.close()
      await this.#ensureFile()
      await this.#tidy()
    } catch (error) {
      logger.warn({ err: error, journal: this.path }, 'the journal cannot be rotated, will try again')
    }
  }

  async #tidy(): Promise<void> {
    const { directory, maxRotatedBytes: maxBytes, inodesBeingRead, logger } = this.#options
    await trimJournal(directory, { maxBytes, inodesBeingRead: inodesBeingRead?.() ?? [], logger })
  }

  #drop(lines: number): void {
    this.#droppedLines += lines
    if (this.#trouble === undefined)
      this.#beginTrouble(new Error('lines come faster than the disk takes them'))
    this.#trouble!.droppedLines += lines
  }

  #beginTrouble(error: unknown): void {
    if (this.#trouble !== undefined) return
    this.#trouble = { droppedLines: 0 }
    this.#options.logger.error(
      { err: error, journal: this.path },
      'the journal cannot be written: lines that do not fit into memory will be lost. Is the disk full?',
    )
    this.#tellChange()
  }

  #endTrouble(): void {
    if (this.#trouble === undefined) return
    const { droppedLines } = this.#trouble
    this.#trouble = undefined
    const { logger } = this.#options
    const what = { journal: this.path, droppedLines }
    if (droppedLines > 0) logger.error(what, 'lines were lost while the journal could not be written')
    else logger.info(what, 'the journal can be written again, nothing was lost')
  }

  #tellChange(): void {
    this.#change.resolve()
    this.#change = Promise.withResolvers()
  }
}

/** A process that was killed while writing left a part of a line: what comes next must not be joined to it. */
async function endLastLine(handle: FileHandle, size: number): Promise<number> {
  if (size === 0) return 0
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1)
  if (buffer[0] === LINE_FEED) return 0
  const { bytesWritten } = await handle.write(Buffer.from('\n'))
  return bytesWritten
}

function countLines(bytes: Buffer): number {
  let lines = 0
  for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1)) lines += 1
  return lines
}
