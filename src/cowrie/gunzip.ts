import { createGunzip, type Gunzip } from 'node:zlib'

/** So little is unpacked at once that even a bomb (1:1032) makes no more than 17 MB of it. */
const INPUT_BYTES = 16 * 1024
const OUTPUT_BYTES = 256 * 1024

/**
 * Unpacks gzip of one or more members. Unlike a pipe it gives everything that can be unpacked before it throws,
 * so that of a file that was cut off or damaged only the damaged part is missing.
 * @throws Error of zlib, after the last readable piece
 */
export async function* gunzip(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void, void> {
  const unpacker = new Unpacker()
  try {
    for await (const bytes of packed) {
      for (let start = 0; start < bytes.length; start += INPUT_BYTES) {
        yield* await unpacker.unpack(bytes.subarray(start, start + INPUT_BYTES))
        unpacker.throwFailure()
      }
    }
    yield* await unpacker.finish()
    unpacker.throwFailure()
  } finally {
    unpacker.close()
  }
}

class Unpacker {
  readonly #stream: Gunzip = createGunzip({ chunkSize: OUTPUT_BYTES })
  /** Resolves at the end, whether good or bad. */
  readonly #closed: Promise<void>
  #pieces: Buffer[] = []
  #failure: Error | undefined

  constructor() {
    this.#closed = new Promise((resolve) => {
      this.#stream.on('close', resolve)
    })
    this.#stream.on('data', (piece: Buffer) => this.#pieces.push(piece))
    this.#stream.on('error', (error) => {
      this.#failure = error
    })
  }

  async unpack(bytes: Uint8Array): Promise<Buffer[]> {
    const written = new Promise<void>((resolve) => {
      this.#stream.write(bytes, () => resolve())
    })
    // a write that meets damage is never called back
    await Promise.race([written, this.#closed])
    return this.#takePieces()
  }

  async finish(): Promise<Buffer[]> {
    this.#stream.end()
    await this.#closed
    return this.#takePieces()
  }

  throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  close(): void {
    this.#stream.destroy()
  }

  #takePieces(): Buffer[] {
    const pieces = this.#pieces
    this.#pieces = []
    return pieces
  }
}
