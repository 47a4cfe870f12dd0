import type { FileHandle } from 'node:fs/promises'
import { HEAD_BYTES } from './fingerprint.ts'
import type { LogFile, LogFileState } from './log-file.ts'

/** Large enough that the calls cost nothing, small enough that what a piece holds is soon garbage: twice as much takes 15 MB more. */
const PIECE_BYTES = 512 * 1024

/** A file of lines; it may grow while it is read. */
export class PlainLogFile implements LogFile {
  readonly path: string
  readonly device: number
  readonly inode: number
  readonly #handle: FileHandle
  /** Filled in turns, so that the next piece can be read while one is looked at. */
  readonly #buffers: Buffer[] = []
  #turn = 0
  #offset = 0
  #head: Buffer

  private constructor(
    path: string,
    handle: FileHandle,
    identity: { dev: number; ino: number },
    head: Buffer,
  ) {
    this.path = path
    this.device = identity.dev
    this.inode = identity.ino
    this.#handle = handle
    this.#head = head
  }

  /** Takes over `handle`, unless it throws. */
  static async open(path: string, handle: FileHandle): Promise<PlainLogFile> {
    return new PlainLogFile(path, handle, await handle.stat(), await readHead(handle))
  }

  get head(): Buffer {
    return this.#head
  }

  async read(): Promise<Buffer> {
    this.#turn = 1 - this.#turn
    const buffer = (this.#buffers[this.#turn] ??= Buffer.allocUnsafeSlow(PIECE_BYTES))
    const { bytesRead } = await this.#handle.read(buffer, 0, PIECE_BYTES, this.#offset)
    this.#offset += bytesRead
    return buffer.subarray(0, bytesRead)
  }

  async skipTo(offset: number): Promise<void> {
    this.#offset = offset
  }

  async state(): Promise<LogFileState> {
    const offset = this.#offset
    const { mtimeMs, size } = await this.#handle.stat()
    return { modifiedMs: mtimeMs, bytes: size, remainingBytes: Math.max(0, size - offset) }
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

async function readHead(handle: FileHandle): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
  return buffer.subarray(0, bytesRead)
}
