import fc from 'fast-check'
import { expect, it } from 'vitest'
import { wordsOf } from '../../ip/index.ts'
import { SiteIndex } from './site-index.ts'

/** An IPv6 address of one of five sites. */
function wordsAt(row: number): Uint32Array {
  return wordsOf(`2a00:${row % 5}:0:${row}::1` as Parameters<typeof wordsOf>[0])
}

it('an index of sites holds the rows of each, whatever comes and goes', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 200 }), (toggled) => {
      const index = new SiteIndex()
      const rows = new Set<number>()
      for (const row of toggled) {
        if (rows.delete(row)) index.delete(row, wordsAt(row), 0)
        else {
          rows.add(row)
          index.add(row, wordsAt(row), 0)
        }
      }
      for (let site = 0; site < 5; site++) {
        const [first = 0, second = 0] = wordsAt(site)
        const found = [...index.rowsOf(index.siteOf(first, second))].toSorted((a, b) => a - b)
        expect(found).toEqual([...rows].filter((row) => row % 5 === site).toSorted((a, b) => a - b))
      }
      const all = Array.from({ length: index.sitesEnd }, (_, site) => [...index.rowsOf(site)]).flat()
      expect(all.toSorted((a, b) => a - b)).toEqual([...rows].toSorted((a, b) => a - b))
    }),
  )
})
