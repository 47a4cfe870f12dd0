import type { FileHandle } from 'node:fs/promises'
import { HEAD_BYTES } from './fingerprint.ts'
import { gunzip } from './gunzip.ts'
import type { LogFile, LogFileState } from './log-file.ts'
import { PieceQueue } from './piece-queue.ts'

const PACKED_PIECE_BYTES = 64 * 1024

/** A gzipped file of lines; offsets count unpacked bytes. */
export class GzipLogFile implements LogFile {
  readonly path: string
  readonly device: number
  readonly inode: number
  readonly head: Buffer
  readonly #packed: PackedFile
  readonly #pieces: PieceQueue

  private constructor(
    path: string,
    identity: { dev: number; ino: number },
    packed: PackedFile,
    pieces: PieceQueue,
  ) {
    this.path = path
    this.device = identity.dev
    this.inode = identity.ino
    this.#packed = packed
    this.#pieces = pieces
    this.head = Buffer.from(pieces.waiting.subarray(0, HEAD_BYTES))
  }

  /** Takes over `handle`, unless it throws. */
  static async open(path: string, handle: FileHandle): Promise<GzipLogFile> {
    const packed = new PackedFile(handle)
    const pieces = new PieceQueue(gunzip(packed.pieces()))
    await pieces.collect(HEAD_BYTES)
    return new GzipLogFile(path, await handle.stat(), packed, pieces)
  }

  async read(): Promise<Buffer> {
    return await this.#pieces.next()
  }

  async skipTo(offset: number): Promise<void> {
    await this.#pieces.skipTo(offset)
  }

  async state(): Promise<LogFileState> {
    return await this.#packed.state()
  }

  async canEndLine(): Promise<boolean> {
    return true
  }

  /** Nobody writes into a packed file. */
  async stateIfIntact(): Promise<LogFileState> {
    return await this.state()
  }

  async close(): Promise<void> {
    await this.#pieces.close()
    await this.#packed.close()
  }
}

/** The file as it lies on disk. */
class PackedFile {
  readonly #handle: FileHandle
  #offset = 0

  constructor(handle: FileHandle) {
    this.#handle = handle
  }

  async *pieces(): AsyncGenerator<Buffer, void, void> {
    for (;;) {
      const buffer = Buffer.allocUnsafe(PACKED_PIECE_BYTES)
      const { bytesRead } = await this.#handle.read(buffer, 0, PACKED_PIECE_BYTES, this.#offset)
      if (bytesRead === 0) return
      this.#offset += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  }

  async state(): Promise<LogFileState> {
    const offset = this.#offset
    const { mtimeMs, size } = await this.#handle.stat()
    return { modifiedMs: mtimeMs, bytes: undefined, remainingBytes: Math.max(0, size - offset) }
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }
}
