import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { collectPieces } from '../../feed/index.ts'

/** Characters that are made in one go: about a third of a millisecond of work. */
const CHUNK_CHARACTERS = 65_536

/**
 * A stream of the joined pieces that makes a chunk only when the reader has room for it, and lets others have their turn
 * after each, and where a piece is empty. The pieces are let go of when the reader leaves.
 */
export function streamText(pieces: Iterable<string>): Readable {
  return Readable.from(chunksOf(pieces), { objectMode: false, highWaterMark: CHUNK_CHARACTERS })
}

async function* chunksOf(pieces: Iterable<string>): AsyncGenerator<string> {
  for (const chunk of collectPieces(pieces, CHUNK_CHARACTERS)) {
    if (chunk !== '') yield chunk
    await setImmediate()
  }
}
