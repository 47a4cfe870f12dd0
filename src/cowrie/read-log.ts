import { createReadStream, type Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { setImmediate as immediate } from 'node:timers/promises'
import { holdsPosition, isSameFile, positionIn } from './fingerprint.ts'
import { LineScanner } from './line-scanner.ts'
import type { LogBatch, LogPosition } from './log-batch.ts'
import type { LogFile, PieceReader } from './log-file.ts'
import { openLogStream } from './log-stream.ts'
import { openLogFile } from './open-log-file.ts'
import { systemErrorCode, unreadable } from './unreadable.ts'

/** The path that stands for standard input. */
export const STANDARD_INPUT = '-'

export interface ReadLogOptions {
  /** Read in this order, gzipped ones unpacked; `-` is standard input, and pipes are taken too. */
  readonly paths: readonly string[]
  /** The wanted events: ids without their last part, such as `cowrie.login`. */
  readonly groups: readonly string[]
  /** Goes on behind the batch of this position: the files before its file are left out. No effect when none of them is its file. */
  readonly from?: LogPosition
  /** Ends the reading before the next batch. */
  readonly signal?: AbortSignal
  /** Default `process.stdin`. */
  readonly standardInput?: Readable
}

/**
 * Reads whole log files once, in constant memory whatever their size; a batch comes for each MiB or less.
 * A last line without a line feed is taken when it is JSON, else it counts as unparsable.
 * @throws HoneyjamError LOG_UNREADABLE naming the file: it cannot be opened or read, or it is gzipped and cut off or
 *   damaged; what could be read of it came before
 */
export async function* readLog(options: ReadLogOptions): AsyncGenerator<LogBatch, void, void> {
  const { paths, from, signal } = options
  const resumeIndex = from === undefined ? -1 : await findFileOf(from, paths)
  for (let index = Math.max(0, resumeIndex); index < paths.length; index += 1) {
    if (signal?.aborted === true) return
    const offset = index === resumeIndex ? (from?.offset ?? 0) : 0
    yield* readOne(paths[index]!, {
      ...options,
      offset,
      laterBytes: await bytesOnDisk(paths.slice(index + 1)),
    })
  }
}

async function* readOne(path: string, options: ReadLogOptions & Part): AsyncGenerator<LogBatch, void, void> {
  let log: OpenedLog | undefined
  try {
    log = await openLog(path, options)
    await log.file?.skipTo(options.offset)
    yield* scanLog(log, options)
  } catch (error) {
    if (options.signal?.aborted !== true) throw explained(path, error)
  } finally {
    await log?.reader.close()
  }
}

/** What is to be read of one file. */
interface Part {
  /** Where in the file reading starts. */
  readonly offset: number
  /** Of the files that come after this one. */
  readonly laterBytes: number
}

interface OpenedLog {
  readonly reader: PieceReader
  /** `undefined` when the bytes come from a stream, in which nothing can be found again. */
  readonly file: LogFile | undefined
}

async function openLog(path: string, { standardInput, signal }: ReadLogOptions): Promise<OpenedLog> {
  if (path === STANDARD_INPUT) {
    return { reader: await openLogStream(standardInput ?? process.stdin, signal), file: undefined }
  }
  if (isPipe(await stat(path))) {
    return { reader: await openLogStream(createReadStream(path), signal), file: undefined }
  }
  const file = await openLogFile(path, { mayBlock: true })
  return { reader: file, file }
}

async function* scanLog(
  log: OpenedLog,
  { groups, offset, laterBytes, signal }: ReadLogOptions & Part,
): AsyncGenerator<LogBatch, void, void> {
  const { reader, file } = log
  const scanner = new LineScanner({ groups, offset })
  let next = settled(() => reader.read())
  try {
    for (;;) {
      const piece = await next
      // a plain file waits for nothing, but signals and timers must have their turn
      await immediate()
      if (signal?.aborted === true) return
      const isEnd = piece.kind === 'failed' || piece.value.length === 0
      // what must be waited for comes while the processor looks at what is there
      const stateAfter = settled(async () => await file?.state())
      if (!isEnd) next = settled(() => reader.read())
      if (isEnd) scanner.finish()
      else scanner.push(piece.value)
      const state = await stateAfter
      if (state.kind === 'failed') throw state.error
      yield {
        ...scanner.take(),
        position: file && state.value && positionIn(file, scanner.wholeLinesEnd, state.value),
        lagBytes: (state.value?.remainingBytes ?? 0) + laterBytes,
      }
      if (piece.kind === 'failed') throw piece.error
      if (isEnd) return
    }
  } finally {
    await next
  }
}

type Settled<Value> =
  | { readonly kind: 'done'; readonly value: Value }
  | { readonly kind: 'failed'; readonly error: unknown }

/** A promise that may wait unobserved: it never rejects. */
async function settled<Value>(work: () => Promise<Value>): Promise<Settled<Value>> {
  try {
    return { kind: 'done', value: await work() }
  } catch (error) {
    return { kind: 'failed', error }
  }
}

/** Which of the files the position was taken in, rather the very file than one that starts alike; -1 if none. */
async function findFileOf(position: LogPosition, paths: readonly string[]): Promise<number> {
  let likeness = -1
  for (const [index, path] of paths.entries()) {
    const match = await matchFile(path, position)
    if (match === 'same') return index
    if (match === 'alike' && likeness === -1) likeness = index
  }
  return likeness
}

async function matchFile(path: string, position: LogPosition): Promise<'same' | 'alike' | 'other'> {
  if ((await statIfPossible(path))?.isFile() !== true) return 'other'
  let file: LogFile | undefined
  try {
    file = await openLogFile(path)
    if (!(await holdsPosition(file, position))) return 'other'
    return isSameFile(file, position) ? 'same' : 'alike'
  } catch (error) {
    // if its turn comes, it is reported then
    if (systemErrorCode(error) === undefined) throw error
    return 'other'
  } finally {
    await file?.close()
  }
}

/** How much these logs take on disk; pipes and what cannot be found count nothing. */
async function bytesOnDisk(paths: readonly string[]): Promise<number> {
  const found = await Promise.all(paths.map((path) => statIfPossible(path)))
  return found.reduce((sum, stats) => sum + (stats?.isFile() === true ? stats.size : 0), 0)
}

async function statIfPossible(path: string): Promise<Stats | undefined> {
  if (path === STANDARD_INPUT) return undefined
  try {
    return await stat(path)
  } catch (error) {
    // if its turn comes, it is reported then
    if (systemErrorCode(error) !== undefined) return undefined
    throw error
  }
}

function isPipe(stats: Stats): boolean {
  return !stats.isFile() && !stats.isDirectory()
}

/** What the file system and zlib say becomes an error that names the log; faults of our own stay as they are. */
function explained(path: string, error: unknown): unknown {
  return systemErrorCode(error) === undefined ? error : unreadable(path, error)
}
