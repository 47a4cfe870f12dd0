import fc from 'fast-check'
import { expect, it, test } from 'vitest'
import { packAddress, parseAddress, WORDS_PER_ADDRESS } from '../ip/index.ts'
import { AddressCensus, type AddressFate } from './address-census.ts'

const fate = fc.constantFrom<AddressFate>('seen', 'private', 'excluded')
const address = fc.oneof(fc.ipV4(), fc.ipV6()).map((text) => parseAddress(text)!)
/** Each address with one fate, then many draws of them. */
const draws = fc
  .uniqueArray(fc.tuple(address, fate), { minLength: 1, maxLength: 50, selector: ([text]) => text })
  .chain((known) => fc.array(fc.constantFrom(...known), { maxLength: 300 }))

function packed(text: string): Uint32Array {
  const words = new Uint32Array(WORDS_PER_ADDRESS)
  packAddress(text, words, 0)
  return words
}

test('it counts each address once, by its fate, also over a restart at any point', () => {
  fc.assert(
    fc.property(draws, fc.nat(), (seen, cut) => {
      const stored: Uint8Array[] = []
      const store = (census: AddressCensus) => {
        const packed = census.packNew()
        if (packed !== undefined) stored.push(packed)
        census.notePacked()
      }
      const restartAt = cut % (seen.length + 1)
      let census = new AddressCensus()
      for (const [i, [text, itsFate]] of seen.entries()) {
        if (i === restartAt) {
          store(census)
          census = new AddressCensus()
          for (const packed of stored) census.addPacked(packed)
        }
        const isNew = !seen.slice(0, i).some(([other]) => other === text)
        const sizeBefore = census.size
        const row = census.add(packed(text), itsFate)
        expect([census.addressAt(row), census.fateAt(row), census.rowOf(packed(text))]).toEqual([
          text,
          itsFate,
          row,
        ])
        expect(census.size > sizeBefore).toBe(isNew)
        if (i % 7 === 0) store(census)
      }
      const distinct = new Map(seen)
      expect(census.size).toBe(distinct.size)
      for (const each of ['seen', 'private', 'excluded'] as const) {
        expect(census.count(each)).toBe([...distinct.values()].filter((one) => one === each).length)
      }
    }),
  )
})

it('grows past its first capacity', () => {
  const census = new AddressCensus()
  for (let i = 0; i < 5000; i++) census.add(packed(`2001:db8::${i.toString(16)}`), 'seen')
  const restored = new AddressCensus()
  restored.addPacked(census.packNew()!)
  expect([census.size, restored.size, restored.count('seen')]).toEqual([5000, 5000, 5000])
  census.notePacked()
  expect(census.packNew()).toBeUndefined()
})
