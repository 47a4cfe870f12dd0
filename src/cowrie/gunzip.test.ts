import { constants, gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { gunzip } from './gunzip.ts'

async function unpack(...packed: readonly Buffer[]): Promise<{ bytes: Buffer; error: unknown }> {
  const pieces: Buffer[] = []
  try {
    for await (const piece of gunzip(each(packed))) pieces.push(piece)
  } catch (error) {
    return { bytes: Buffer.concat(pieces), error }
  }
  return { bytes: Buffer.concat(pieces), error: undefined }
}

async function* each(pieces: readonly Buffer[]): AsyncGenerator<Buffer, void, void> {
  yield* pieces
}

const TEXT = Buffer.from(Array.from({ length: 20_000 }, (_, index) => `line ${index * 7919}\n`).join(''))

describe('gunzip', () => {
  it('unpacks several members as one', async () => {
    const packed = Buffer.concat([gzipSync(TEXT.subarray(0, 5000)), gzipSync(TEXT.subarray(5000))])
    expect(await unpack(packed)).toEqual({ bytes: TEXT, error: undefined })
  })

  it('does not mind zero bytes behind the end, as on tapes', async () => {
    expect(await unpack(Buffer.concat([gzipSync(TEXT), Buffer.alloc(512)]))).toEqual({
      bytes: TEXT,
      error: undefined,
    })
  })

  test('a file that was cut off anywhere gives all that is in it, then an error', async () => {
    const packed = gzipSync(TEXT)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: packed.length - 1 }), async (cut) => {
        const readable = gunzipSync(packed.subarray(0, cut), { finishFlush: constants.Z_SYNC_FLUSH })
        const { bytes, error } = await unpack(packed.subarray(0, cut))
        expect(bytes.equals(readable)).toBe(true)
        expect(error).toMatchObject({ code: 'Z_BUF_ERROR' })
      }),
      { examples: [[1], [packed.length - 8], [packed.length - 1]] },
    )
  })

  it('gives what stands well before a damaged byte, then an error', async () => {
    const packed = gzipSync(TEXT)
    packed.fill(0xff, 40_000, 40_064)
    const { bytes, error } = await unpack(packed)
    const readable = gunzipSync(packed.subarray(0, 32_000), { finishFlush: constants.Z_SYNC_FLUSH })
    expect(bytes.subarray(0, readable.length).equals(readable)).toBe(true)
    expect(error).toMatchObject({ code: 'Z_DATA_ERROR' })
  })

  it('unpacks a bomb piece by piece', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024))
    let bytes = 0
    for await (const piece of gunzip(each([bomb]))) {
      expect(piece.length).toBeLessThanOrEqual(256 * 1024)
      bytes += piece.length
    }
    expect(bytes).toBe(64 * 1024 * 1024)
  })

  it('ends when nobody wants more', async () => {
    const pieces = gunzip(each([gzipSync(TEXT)]))
    await pieces.next()
    expect(await pieces.return()).toEqual({ done: true, value: undefined })
  })
})
