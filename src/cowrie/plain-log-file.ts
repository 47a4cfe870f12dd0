import { fstatSync, readSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { HEAD_BYTES } from './fingerprint.ts'
import type { LogFile, LogFileState } from './log-file.ts'

/** Large enough that the calls cost little, small enough that two fit into the cache of a core and what they hold is soon garbage. */
const PIECE_BYTES = 256 * 1024
const LINE_FEED = 10

export interface OpenOptions {
  /**
   * Whether reading may hold up the process, for one that does nothing else meanwhile: handing each piece to another thread
   * and back costs more than the reading. Default: no.
   */
  readonly mayBlock?: boolean
}

/** A file of lines; it may grow while it is read. */
export class PlainLogFile implements LogFile {
  readonly path: string
  readonly device: number
  readonly inode: number
  readonly #handle: FileHandle
  readonly #mayBlock: boolean
  /** Filled in turns, so that the next piece can be read while one is looked at. */
  readonly #buffers: Buffer[] = []
  #turn = 0
  #offset = 0
  #head: Buffer

  private constructor(path: string, handle: FileHandle, { identity, head, mayBlock }: OpenedFile) {
    this.path = path
    this.device = identity.dev
    this.inode = identity.ino
    this.#handle = handle
    this.#head = head
    this.#mayBlock = mayBlock
  }

  /** Takes over `handle`, unless it throws. */
  static async open(
    path: string,
    handle: FileHandle,
    { mayBlock = false }: OpenOptions = {},
  ): Promise<PlainLogFile> {
    const identity = await handle.stat()
    return new PlainLogFile(path, handle, { identity, head: await readHead(handle), mayBlock })
  }

  get head(): Buffer {
    return this.#head
  }

  async read(): Promise<Buffer> {
    this.#turn = 1 - this.#turn
    const buffer = (this.#buffers[this.#turn] ??= Buffer.allocUnsafeSlow(PIECE_BYTES))
    const bytesRead = this.#mayBlock
      ? readSync(this.#handle.fd, buffer, 0, PIECE_BYTES, this.#offset)
      : (await this.#handle.read(buffer, 0, PIECE_BYTES, this.#offset)).bytesRead
    this.#offset += bytesRead
    return buffer.subarray(0, bytesRead)
  }

  async skipTo(offset: number): Promise<void> {
    this.#offset = offset
  }

  async state(): Promise<LogFileState> {
    const offset = this.#offset
    const { mtimeMs, size } = this.#mayBlock ? fstatSync(this.#handle.fd) : await this.#handle.stat()
    return { modifiedMs: mtimeMs, bytes: size, remainingBytes: Math.max(0, size - offset) }
  }

  /** A line feed may be missing at the very end; NULs are what some file systems leave of bytes that did not reach the disk. */
  async canEndLine(offset: number): Promise<boolean> {
    if (offset === 0) return true
    const { buffer, bytesRead } = await this.#handle.read(Buffer.alloc(2), 0, 2, offset - 1)
    return bytesRead < 2 || buffer[0] === LINE_FEED || buffer[0] === 0
  }

  /** The size alone would not do: a file that was cut may have grown past the old size since. */
  async stateIfIntact(): Promise<LogFileState | undefined> {
    const head = await readHead(this.#handle)
    if (!head.subarray(0, this.#head.length).equals(this.#head)) return undefined
    const { mtimeMs, size } = await this.#handle.stat()
    if (size < this.#offset) return undefined
    this.#head = head
    return { modifiedMs: mtimeMs, bytes: size, remainingBytes: size - this.#offset }
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }
}

interface OpenedFile {
  readonly identity: { readonly dev: number; readonly ino: number }
  readonly head: Buffer
  readonly mayBlock: boolean
}

async function readHead(handle: FileHandle): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
  return buffer.subarray(0, bytesRead)
}
