import { addAbortSignal, type Readable } from 'node:stream'
import { gunzip } from './gunzip.ts'
import type { PieceReader } from './log-file.ts'
import { startsLikeGzip } from './open-log-file.ts'
import { PieceQueue } from './piece-queue.ts'

/**
 * Reads a log from a stream, unpacking it when it starts like gzip.
 * When `signal` is aborted the stream ends, and so does a `read` that waits.
 */
export async function openLogStream(stream: Readable, signal: AbortSignal | undefined): Promise<PieceReader> {
  if (signal !== undefined) addAbortSignal(signal, stream)
  const raw = new PieceQueue(buffersOf(stream))
  await raw.collect(2)
  const pieces = startsLikeGzip(raw.waiting) ? new PieceQueue(gunzip(rest(raw))) : raw
  return {
    read: () => pieces.next(),
    close: async () => {
      await pieces.close()
      stream.destroy()
    },
  }
}

async function* buffersOf(stream: Readable): AsyncGenerator<Buffer, void, void> {
  for await (const piece of stream) yield piece as Buffer
}

async function* rest(pieces: PieceQueue): AsyncGenerator<Buffer, void, void> {
  for (let piece = await pieces.next(); piece.length > 0; piece = await pieces.next()) yield piece
}
