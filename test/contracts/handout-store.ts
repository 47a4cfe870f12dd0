import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { HandoutStore } from '../../src/bouncers/index.ts'
import type { MakePlace, Place } from './place.ts'

const bytes = (...values: readonly number[]) => Uint8Array.from(values)

/** What every store of what bouncers were told does. */
export function handoutStoreContract(name: string, makePlace: MakePlace<HandoutStore>): void {
  describe(`HandoutStore: ${name}`, () => {
    let place: Place<HandoutStore>
    let store: HandoutStore

    beforeEach(async () => {
      place = await makePlace()
      store = await place.open()
    })

    afterEach(() => place.remove())

    it('is empty when it is new', async () => {
      expect(await store.readPieces(1, 0)).toEqual([])
    })

    it('keeps pieces in their order, with all of their parts, each account apart', async () => {
      expect(await store.appendPiece(1, { afterPosition: 0, bodies: [bytes(1), bytes(2, 0)] })).toBe(true)
      expect(await store.appendPiece(1, { afterPosition: 1, bodies: [bytes()] })).toBe(true)
      expect(await store.appendPiece(2, { afterPosition: 0, bodies: [bytes(9)] })).toBe(true)
      const first = [
        { position: 1, isBase: false, part: 0, body: bytes(1) },
        { position: 1, isBase: false, part: 1, body: bytes(2, 0) },
      ]
      const second = { position: 2, isBase: false, part: 0, body: bytes() }
      expect(plain(await store.readPieces(1, 0))).toEqual([...first, second])
      expect(plain(await store.readPieces(1, 1))).toEqual([second])
      expect(await store.readPieces(1, 2)).toEqual([])
      store = await place.open()
      expect(plain(await store.readPieces(1, 0))).toEqual([...first, second])
      expect(await store.readPieces(2, 0)).toHaveLength(1)
    })

    it('takes a piece from whoever knows the last one, and from nobody else', async () => {
      const asked = [0, 0, 0].map((afterPosition, index) =>
        store.appendPiece(1, { afterPosition, bodies: [bytes(index)] }),
      )
      expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(1)
      expect(await store.appendPiece(1, { afterPosition: 0, bodies: [bytes(7)] })).toBe(false)
      expect(await store.appendPiece(1, { afterPosition: 2, bodies: [bytes(7)] })).toBe(false)
      expect(await store.readPieces(1, 0)).toHaveLength(1)
    })

    it('puts a base in the place of what was before it, and only once', async () => {
      for (const afterPosition of [0, 1, 2])
        await store.appendPiece(1, { afterPosition, bodies: [bytes(afterPosition)] })
      await store.appendPiece(2, { afterPosition: 0, bodies: [bytes(9)] })
      const base = { position: 2, bodies: [bytes(20), bytes(21)] }
      expect(await store.replacePieces(1, { ...base, position: 4 })).toBe(false)
      expect(await store.replacePieces(1, base)).toBe(true)
      expect(await store.replacePieces(1, base)).toBe(false)
      expect(await store.replacePieces(1, { ...base, position: 1 })).toBe(false)
      const wanted = [
        { position: 2, isBase: true, part: 0, body: bytes(20) },
        { position: 2, isBase: true, part: 1, body: bytes(21) },
        { position: 3, isBase: false, part: 0, body: bytes(2) },
      ]
      expect(plain(await store.readPieces(1, 0))).toEqual(wanted)
      expect(plain(await store.readPieces(1, 1))).toEqual(wanted)
      expect(plain(await store.readPieces(1, 2))).toEqual(wanted.slice(2))
      // what stands behind a base counts, also when the base is the last piece
      expect(await store.replacePieces(1, { position: 3, bodies: [bytes(30)] })).toBe(true)
      expect(await store.appendPiece(1, { afterPosition: 2, bodies: [bytes(7)] })).toBe(false)
      expect(await store.appendPiece(1, { afterPosition: 3, bodies: [bytes(7)] })).toBe(true)
      expect(await store.readPieces(2, 0)).toHaveLength(1)
    })

    it('takes megabytes', async () => {
      const bodies = [1, 2, 3].map((value) => new Uint8Array(3_000_000).fill(value))
      expect(await store.appendPiece(1, { afterPosition: 0, bodies })).toBe(true)
      const pieces = await store.readPieces(1, 0)
      expect(pieces.map(({ body }) => [body.length, body[0], body.at(-1)])).toEqual(
        [1, 2, 3].map((value) => [3_000_000, value, value]),
      )
    })
  })
}

/** With bytes that are no Buffer. */
function plain(pieces: Awaited<ReturnType<HandoutStore['readPieces']>>) {
  return pieces.map(({ body, ...rest }) => ({ ...rest, body: Uint8Array.from(body) }))
}
