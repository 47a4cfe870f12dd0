import fc from 'fast-check'
import { expect, test } from 'vitest'
import { collectPieces } from './collect-pieces.ts'

test('joining pieces changes nothing of the text, and only the last one is small', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ minLength: 1, maxLength: 9 })),
      fc.integer({ min: 1, max: 20 }),
      (pieces, size) => {
        const texts = [...collectPieces(pieces, size)]
        expect(texts.join('')).toBe(pieces.join(''))
        expect(texts.slice(0, -1).every((text) => text.length >= size)).toBe(true)
        expect(texts.every((text) => text !== '' && text.length < size + 9)).toBe(true)
      },
    ),
  )
})

test('an empty piece lets out what there is, be it nothing', () => {
  expect([...collectPieces(['a', '', '', 'b'], 10)]).toEqual(['a', '', 'b'])
})
