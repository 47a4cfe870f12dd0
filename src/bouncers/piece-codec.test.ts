import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clearHostBits } from '../ip/index.ts'
import { type PieceEntry, PieceWriter, readPiece } from './piece-codec.ts'

const number = fc.integer({ min: 0, max: 2 ** 48 - 1 })
const ipv4 = fc
  .nat(0xffffffff)
  .map((word) => ({ words: Uint32Array.of(0, 0, 0xffff, word), prefixLength: 128 }))
const network = fc
  .record({
    words: fc.uint32Array({ minLength: 4, maxLength: 4 }),
    prefixLength: fc.integer({ min: 0, max: 128 }),
  })
  .map(({ words, prefixLength }) => {
    clearHostBits(words, 0, prefixLength)
    return { words, prefixLength }
  })
const entry: fc.Arbitrary<PieceEntry> = fc
  .record({
    range: fc.oneof(ipv4, network),
    state: fc.constantFrom('told' as const, 'ended' as const, 'released' as const),
    timeMs: number,
    label: fc.constantFrom('', 'honeyjam/ABUSE', 'honeyjam/list/"ä\ud800'),
    changedAt: number,
    movedAt: number,
  })
  .map(({ range, ...rest }) => ({ ...range, ...rest, offset: 0 }))
const head = fc.record({ atMs: number, operationPosition: number, floor: number })

describe('a piece', () => {
  it('reads as it was written', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 100 }), head, (entries, of) => {
        const writer = new PieceWriter()
        for (const each of entries) writer.add(each)
        const read = readPiece(writer.finish(of))
        expect(read).toMatchObject(of)
        const found = Array.from(read.entries, (each) => ({ ...each, words: each.words.slice() }))
        expect(found).toEqual(entries)
      }),
    )
  })

  it('of a later version is refused, and so is one that is spoilt', () => {
    const writer = new PieceWriter()
    writer.add({
      words: Uint32Array.of(1, 2, 3, 4),
      offset: 0,
      prefixLength: 128,
      state: 'told',
      timeMs: 1,
      label: 'x',
      changedAt: 0,
      movedAt: 0,
    })
    const body = Buffer.from(writer.finish({ atMs: 1, operationPosition: 2, floor: 3 }))
    const newer = Buffer.from(body.toString('latin1').replace('"format":1', '"format":2'), 'latin1')
    expect(() => readPiece(newer)).toThrow(expect.objectContaining({ code: 'STORE_NEWER' }))
    for (const length of [0, 3, 10, body.length - 1]) {
      const cut = body.subarray(0, length)
      expect(() => [...readPiece(cut).entries]).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT' }))
    }
  })
})
