import fc from 'fast-check'
import { expect, it } from 'vitest'
import { comparePacked } from '../../ip/index.ts'
import { longestListed } from './site-members.ts'

const any = fc.uniqueArray(
  fc.record({
    secondWord: fc.constantFrom(1, 2),
    lastWord: fc.nat(40),
    expiresAtMs: fc.constantFrom(1, 2, 3),
  }),
  { maxLength: 60, selector: ({ secondWord, lastWord }) => `${secondWord} ${lastWord}` },
)

it('eight addresses of each subnet are chosen, those listed longest, whatever order they come in', () => {
  fc.assert(
    fc.property(any, fc.infiniteStream(fc.nat()), (addresses, luck) => {
      const chosenOf = (all: typeof addresses) => {
        const members = all.map(({ secondWord, expiresAtMs }, row) => ({
          secondWord,
          expiresAtMs,
          row,
          origin: 0,
        }))
        const copyWords = (row: number, words: Uint32Array) =>
          words.set([7, all[row]!.secondWord, 0, all[row]!.lastWord])
        return longestListed(members, copyWords).map(({ row }) => all[row]!)
      }
      const wordsOf = ({ lastWord }: { lastWord: number }) => Uint32Array.of(0, 0, 0, lastWord)
      const wanted = [1, 2].flatMap((subnet) =>
        addresses
          .filter(({ secondWord }) => secondWord === subnet)
          .toSorted(
            (left, right) =>
              right.expiresAtMs - left.expiresAtMs || comparePacked(wordsOf(left), 0, wordsOf(right), 0),
          )
          .slice(0, 8),
      )
      const shuffled = addresses.map((each) => [luck.next().value!, each] as const)
      const other = shuffled.toSorted(([left], [right]) => left - right).map(([, each]) => each)
      expect(new Set(chosenOf(addresses))).toEqual(new Set(wanted))
      expect(new Set(chosenOf(other))).toEqual(new Set(wanted))
    }),
  )
})
