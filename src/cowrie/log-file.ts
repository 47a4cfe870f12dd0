import { type FileHandle, open } from 'node:fs/promises'
import { GzipLogFile } from './gzip-log-file.ts'
import { PlainLogFile } from './plain-log-file.ts'

/** Gives the bytes of a log one after the other. */
export interface PieceReader {
  /**
   * The next bytes, unpacked; empty at the end. They stay as they are until the second call after this one.
   * @throws Error of the file system, or of zlib where a packed log is cut off or damaged: all before that was given
   */
  read(): Promise<Buffer>
  close(): Promise<void>
}

/** A file of a log, opened for reading. It is the same file until it is closed, however it may be renamed. */
export interface LogFile extends PieceReader {
  /** The name under which it was opened. */
  readonly path: string
  readonly device: number
  readonly inode: number
  /** The first bytes, at most {@link HEAD_BYTES}: those that were there when last looked at. */
  readonly head: Buffer
  /** Goes on at `offset`, which lies not before the bytes already read. */
  skipTo(offset: number): Promise<void>
  state(): Promise<LogFileState>
  /** The same if the file still holds what was read from it; `undefined` once it was cut or written anew. */
  stateIfIntact(): Promise<LogFileState | undefined>
}

export interface LogFileState {
  readonly modifiedMs: number
  /** How many unpacked bytes it holds; `undefined` of a packed file, which does not say so. */
  readonly bytes: number | undefined
  /** Bytes on disk that have not been read. */
  readonly remainingBytes: number
}

/**
 * Opens a regular file for reading, unpacking what is gzipped by its first bytes, whatever its name says.
 * @throws Error of the file system
 */
export async function openLogFile(path: string): Promise<LogFile> {
  const handle = await open(path, 'r')
  try {
    return (await isGzip(handle, path))
      ? await GzipLogFile.open(path, handle)
      : await PlainLogFile.open(path, handle)
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function isGzip(handle: FileHandle, path: string): Promise<boolean> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0)
  // a packed file of which nothing arrived is cut off, not empty
  return bytesRead < 2 ? path.endsWith('.gz') : startsLikeGzip(buffer)
}

/** Whether bytes start as every gzip file does (RFC 1952, 2.3.1). */
export function startsLikeGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}
