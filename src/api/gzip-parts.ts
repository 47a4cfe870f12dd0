import { once } from 'node:events'
import { constants, crc32, createDeflateRaw } from 'node:zlib'

/** RFC 1952: no name, no time, an unknown system. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])
/** Little is gained by more, and first answers would wait for it. */
export const GZIP_LEVEL = 1

/** The first part of a body, ready to be sent, to which others can be added. */
export interface DeflatedPart {
  readonly deflated: readonly Buffer[]
  /** Of all that went into it. */
  readonly crc: number
  readonly bytes: number
}

const NOTHING: DeflatedPart = { deflated: [], crc: 0, bytes: 0 }

/** Compresses chunks as they come, behind a part that was compressed before. */
export async function deflatePart(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  { before = NOTHING, isLast }: { readonly before?: DeflatedPart | undefined; readonly isLast: boolean },
): Promise<DeflatedPart> {
  const deflate = createDeflateRaw({ level: GZIP_LEVEL })
  const deflated = [...before.deflated]
  let { crc, bytes } = before
  deflate.on('data', (piece: Buffer) => deflated.push(piece))
  for await (const chunk of chunks) {
    crc = crc32(chunk, crc)
    bytes += chunk.length
    if (!deflate.write(chunk)) await once(deflate, 'drain')
  }
  if (isLast) {
    const ended = once(deflate, 'end')
    deflate.end()
    await ended
  } else {
    // ends on a whole byte and refers to nothing behind it, so that anything may follow
    await new Promise<void>((resolve) => {
      deflate.flush(constants.Z_SYNC_FLUSH, resolve)
    })
    deflate.close()
  }
  return { deflated, crc, bytes }
}

/** A gzip file of a part that is the last one. */
export function gzipFile({ deflated, crc, bytes }: DeflatedPart): readonly Buffer[] {
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc, 0)
  trailer.writeUInt32LE(bytes % 2 ** 32, 4)
  return [HEADER, ...deflated, trailer]
}
