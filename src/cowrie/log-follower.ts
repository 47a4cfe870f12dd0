import type { Logger } from '../runtime/index.ts'
import { openListed } from './find-position.ts'
import { findLaterFiles, findStart, type Start } from './find-start.ts'
import { isSameFile, positionIn } from './fingerprint.ts'
import { LineScanner } from './line-scanner.ts'
import type { LogBatch, LogPosition } from './log-batch.ts'
import { bytesOf } from './log-chain.ts'
import type { LogFile, LogFileState } from './log-file.ts'
import { type ListedFile, listLogFiles, statIfPresent } from './log-listing.ts'
import { Trouble } from './trouble.ts'
import { systemErrorCode } from './unreadable.ts'

export interface LogFollowerOptions {
  readonly path: string
  readonly groups: readonly string[]
  readonly from?: LogPosition
  readonly startAt?: 'beginning' | 'end'
  readonly unreadSinceMs?: number
  readonly logger: Logger
}

/** What one step of following came to. */
export type Step =
  | { readonly kind: 'batch'; readonly batch: LogBatch }
  /** There is nothing to read for the moment. */
  | { readonly kind: 'idle' }
  /** There may be more to do at once. */
  | { readonly kind: 'again' }

const IDLE: Step = { kind: 'idle' }
const AGAIN: Step = { kind: 'again' }

/**
 * Follows one log step by step. It holds one file open, reads it to its end and goes on with the next younger one.
 * All it knows is in its last position: whenever the open file is no longer what it was, it is closed and the position
 * is looked for anew, as after a restart.
 */
export class LogFollower {
  readonly #path: string
  readonly #groups: readonly string[]
  readonly #logger: Logger
  readonly #trouble: Trouble
  readonly #unreadSinceMs: number | undefined
  #startAt: 'beginning' | 'end'
  #position: LogPosition | undefined
  #file: LogFile | undefined
  #scanner: LineScanner
  /** Of the files that come after the open one, as far as seen. */
  #laterBytes = 0

  constructor({ path, groups, from, startAt = 'beginning', unreadSinceMs, logger }: LogFollowerOptions) {
    this.#path = path
    this.#groups = groups
    this.#logger = logger
    this.#trouble = new Trouble(path, logger)
    this.#startAt = startAt
    this.#unreadSinceMs = unreadSinceMs
    this.#position = from
    this.#scanner = new LineScanner({ groups })
  }

  /** Does what is next. Whatever the file system says against it is told to the operator and tried again later. */
  async advance(): Promise<Step> {
    try {
      const step = this.#file === undefined ? await this.#open() : await this.#readOn(this.#file)
      if (step === IDLE && this.#file !== undefined) this.#trouble.end()
      return step
    } catch (error) {
      this.#trouble.tell(error)
      return IDLE
    }
  }

  async close(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.close()
  }

  async #open(): Promise<Step> {
    const start = await findStart(await listLogFiles(this.#path), this.#position, this.#unreadSinceMs)
    if (start === 'moved') return IDLE
    if (start === 'absent') {
      this.#trouble.tellAbsence()
      // what appears from now on was not there when the following began
      this.#startAt = 'beginning'
      return IDLE
    }
    if (start.isAfterLoss) this.#tellLoss(start.file)
    if (start.isRegrown) this.#tellRegrowth(start.file)
    const isFirst = this.#position === undefined
    await this.#begin(start)
    if (!isFirst) return AGAIN
    if (this.#startAt === 'end') await this.#passAll(start.file)
    return await this.#tellPosition(start.file)
  }

  /**
   * Gives the position at which following begins: a follower that ends now finds this file again, whatever its name is
   * then, and passes over nothing that is written next.
   */
  async #tellPosition(file: LogFile): Promise<Step> {
    return { kind: 'batch', batch: this.#takeBatch(file, await file.state()) }
  }

  async #begin({ file, offset, laterBytes }: Start): Promise<void> {
    this.#file = file
    this.#laterBytes = laterBytes
    this.#scanner = new LineScanner({ groups: this.#groups, offset })
    this.#position = positionIn(file, offset, await file.state())
  }

  /** Goes to the end and forgets what stands before it. */
  async #passAll(file: LogFile): Promise<void> {
    for (let piece = await file.read(); piece.length > 0; piece = await file.read()) {
      this.#scanner.push(piece)
      this.#scanner.take()
    }
  }

  async #readOn(file: LogFile): Promise<Step> {
    const read = await this.#readIntact(file)
    if (read === undefined) return await this.#startOver()
    return read.piece.length > 0 ? this.#takePiece(file, read) : await this.#goOn(file)
  }

  /** @returns `undefined` when the file is no longer what was read so far, so that the piece is from something else */
  async #readIntact(file: LogFile): Promise<ReadPiece | undefined> {
    try {
      const piece = await this.#readPiece(file)
      const state = await file.stateIfIntact()
      return state && { piece, state }
    } catch (error) {
      // a piece may be lost, so that the file must not be read on from here
      await this.close()
      throw error
    }
  }

  /** The end of a packed file that is damaged comes where the damage starts. */
  async #readPiece(file: LogFile): Promise<Buffer> {
    try {
      return await file.read()
    } catch (error) {
      if (systemErrorCode(error)?.startsWith('Z_') !== true) throw error
      this.#trouble.tellDamage(file.path, error)
      return Buffer.alloc(0)
    }
  }

  #takePiece(file: LogFile, { piece, state }: ReadPiece): Step {
    this.#scanner.push(piece)
    return this.#batchStep(file, state)
  }

  async #startOver(): Promise<Step> {
    this.#logger.info({ log: this.#path }, 'the log was cut or written anew, looking for where it goes on')
    await this.close()
    return AGAIN
  }

  /** At the end of the file: waits for more, or goes on with the next one. */
  async #goOn(file: LogFile): Promise<Step> {
    const current = await statIfPresent(this.#path)
    if (current !== undefined && isSameFile(file, { device: current.dev, inode: current.ino })) return IDLE
    const next = await this.#findNext(file)
    if (next === undefined) return IDLE
    // the writer may have held the old one until the new one was there
    const read = await this.#readIntact(file)
    if (read === undefined) return await this.#startOver()
    return read.piece.length > 0 ? this.#takePiece(file, read) : await this.#switchTo(next, file, read.state)
  }

  async #findNext(file: LogFile): Promise<ListedFile | undefined> {
    const later = await findLaterFiles(file, await listLogFiles(this.#path))
    this.#laterBytes = bytesOf(later)
    const [next] = later
    // an empty current one is none yet: as long as it is, its writer may still hold the old one
    return next?.isCurrent === true && next.bytes === 0 ? undefined : next
  }

  async #switchTo(next: ListedFile, old: LogFile, stateOfOld: LogFileState): Promise<Step> {
    const file = await openListed(next)
    if (file === undefined) return IDLE
    this.#scanner.endFile()
    const step = this.#batchStep(old, stateOfOld)
    this.#file = file
    this.#laterBytes = Math.max(0, this.#laterBytes - next.bytes)
    this.#scanner.startFile()
    await old.close()
    return step
  }

  #batchStep(file: LogFile, state: LogFileState): Step {
    return this.#scanner.hasFound ? { kind: 'batch', batch: this.#takeBatch(file, state) } : AGAIN
  }

  /** Only called with whole lines at hand: while one is split over two files, the last position stays before its start. */
  #takeBatch(file: LogFile, state: LogFileState): LogBatch {
    this.#position = positionIn(file, this.#scanner.wholeLinesEnd, state)
    return {
      ...this.#scanner.take(),
      position: this.#position,
      lagBytes: state.remainingBytes + this.#laterBytes,
    }
  }

  #tellRegrowth({ path: file }: LogFile): void {
    this.#logger.warn(
      { log: this.#path, file, offset: this.#position?.offset },
      'the log lost its end, as in a power cut, and has grown since: it is read again from its start, so that no line is passed over',
    )
  }

  #tellLoss(goesOnIn: LogFile): void {
    const { path: file, offset } = this.#position ?? {}
    this.#logger.warn(
      { log: this.#path, file, offset, goesOnIn: goesOnIn.path },
      'the file that was being read is gone; lines at its end may be lost',
    )
  }
}

interface ReadPiece {
  readonly piece: Buffer
  readonly state: LogFileState
}
