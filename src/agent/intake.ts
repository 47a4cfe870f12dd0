import { once } from 'node:events'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { addAbortSignal, type Readable } from 'node:stream'
import {
  followJournal,
  LineJournal,
  type LogPosition,
  SocketlogListener,
  takeStandardInput,
} from '../cowrie/index.ts'
import { type Clock, HoneyjamError, type Logger, lockDirectory } from '../runtime/index.ts'
import type { FollowLog } from './log-source.ts'

/** Where lines come from that can be read only once. */
export type IntakeSource =
  | { readonly kind: 'socketlog'; readonly host: string; readonly port: number }
  | { readonly kind: 'stdin'; readonly stream: Readable }

export interface IntakeOptions {
  readonly source: IntakeSource
  /** The agent's own; the lines lie in a folder of it named for the kind of source. */
  readonly stateDirectory: string
  readonly clock: Clock
  readonly logger: Logger
  /** Ends the taking of lines. */
  readonly signal: AbortSignal
}

export interface Intake {
  /** The log that holds the lines, to be followed with {@link follow}. */
  readonly logPath: string
  /** `followJournal`, watched, so that a file of the journal that was read is told from one that was not. */
  readonly follow: FollowLog
  /** `HOST:PORT` of a socket. */
  readonly listensOn: string | undefined
  /** Resolves when the source has ended and every line of it was read; never for a socket. */
  readonly allRead: Promise<void>
  /** Resolves once the lines taken are on disk. */
  close(): Promise<void>
}

/**
 * Takes lines from a socket or from standard input into a journal on disk, from which the agent reads them as from a log.
 * @throws HoneyjamError LISTEN_FAILED, DIRECTORY_LOCKED, DIRECTORY_UNUSABLE
 */
export async function startIntake(options: IntakeOptions): Promise<Intake> {
  const { source, stateDirectory, clock, logger, signal } = options
  const directory = join(stateDirectory, source.kind)
  const lock = await lockDirectory(directory)
  const readers = new Readers()
  const journal = new LineJournal({
    directory,
    clock,
    logger,
    inodesBeingRead: () => readers.inodes,
  })
  const taking = await begin(options, journal).catch(async (error: unknown) => {
    await journal.close()
    await lock.close()
    throw error
  })
  const close = async () => {
    await taking.close()
    await journal.close()
    await lock.close()
  }
  return {
    logPath: journal.path,
    follow: (followOptions) => readers.follow(journal, followOptions),
    listensOn: taking.listensOn,
    allRead: taking.ended.then(async () => {
      await journal.settled()
      await readers.untilAtEndOf(journal.path, signal)
    }),
    close,
  }
}

/** A socket does not end. */
const NEVER = Promise.withResolvers<void>().promise

interface Taking {
  readonly listensOn: string | undefined
  /** Of a source that can end: its end, or that of the intake. */
  readonly ended: Promise<unknown>
  close(): Promise<void>
}

async function begin({ source, logger, signal }: IntakeOptions, journal: LineJournal): Promise<Taking> {
  await openJournal(journal)
  if (source.kind === 'stdin') {
    const ended = takeStandardInput(addAbortSignal(signal, source.stream), { journal, logger })
    return {
      listensOn: undefined,
      ended,
      close: async () => {
        source.stream.destroy()
        await ended
      },
    }
  }
  const listener = await SocketlogListener.start({ ...source, journal, logger })
  const { listensOn } = listener
  logger.info({ listensOn }, "waiting for Cowrie's socketlog")
  return { listensOn, ended: NEVER, close: () => listener.close() }
}

async function openJournal(journal: LineJournal): Promise<void> {
  try {
    await journal.open()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const message = `cannot write ${JSON.stringify(journal.path)}: ${reason}`
    throw new HoneyjamError('DIRECTORY_UNUSABLE', message, { cause, fields: { path: journal.path } })
  }
}

/** Knows how far those who follow the journal have come. */
class Readers {
  readonly #positions = new Map<symbol, LogPosition | undefined>()
  #moved = new AbortController()

  /** Of the file each one stands in; empty while one has not said. */
  get inodes(): number[] {
    const positions = [...this.#positions.values()]
    if (positions.includes(undefined)) return []
    return positions.map((position) => position!.inode)
  }

  async *follow(journal: LineJournal, options: Parameters<FollowLog>[0]): ReturnType<FollowLog> {
    const reader = Symbol(options.path)
    this.#set(reader, options.from)
    try {
      for await (const batch of followJournal(journal, options)) {
        yield batch
        this.#set(reader, batch.position)
      }
    } finally {
      this.#positions.delete(reader)
    }
  }

  /** Resolves when all stand behind the last line of a log that no longer grows, or when `signal` is aborted. */
  async untilAtEndOf(path: string, signal: AbortSignal): Promise<void> {
    const { ino, size } = statSync(path, { throwIfNoEntry: false }) ?? { ino: 0, size: 0 }
    const isAtEnd = (position: LogPosition | undefined) =>
      position !== undefined && position.inode === ino && position.offset >= size
    while (!signal.aborted) {
      const positions = [...this.#positions.values()]
      if (positions.length > 0 && (size === 0 || positions.every(isAtEnd))) return
      await once(AbortSignal.any([this.#moved.signal, signal]), 'abort')
    }
  }

  #set(reader: symbol, position: LogPosition | undefined): void {
    this.#positions.set(reader, position)
    this.#moved.abort()
    this.#moved = new AbortController()
  }
}
