import fc from 'fast-check'
import { expect, it } from 'vitest'
import { packRange, rangeText } from '../ip/index.ts'
import { HandoutRows, ROW } from './handout-rows.ts'

const NETWORKS = [
  '8.8.8.0/32',
  '8.8.8.0/24',
  '8.8.8.0/30',
  '8.8.8.1/32',
  '2a00::/64',
  '2a00::/48',
  '2a00::/128',
]

it('holds after anything what a map by network would hold', () => {
  const step = fc.tuple(fc.constantFrom('take' as const, 'free' as const), fc.constantFrom(...NETWORKS))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
      const rows = new HandoutRows()
      const expected = new Map<string, number>()
      for (const [what, text] of steps) {
        const { words, prefixLength } = packRange(text)!
        const row = rows.find(words, 0, prefixLength)
        expect(row).toBe(expected.get(text) ?? -1)
        if (what === 'take') expected.set(text, rows.take(words, 0, prefixLength))
        else if (row >= 0) {
          rows.free(row)
          expected.delete(text)
        }
        expect(rows.count).toBe(expected.size)
      }
      for (const [text, row] of expected) {
        const first = text.split('/')[0]
        const siblings = [...expected].filter(([other]) => other !== text && other.split('/')[0] === first)
        expect(new Set(rows.siblingsOf(row))).toEqual(new Set(siblings.map(([, sibling]) => sibling)))
        expect(rows.states[row]).toBe(ROW.untold)
      }
    }),
  )
})

it('keeps what stands in it while it grows', () => {
  const rows = new HandoutRows()
  for (let host = 0; host < 5000; host++) {
    const row = rows.take(Uint32Array.of(0, 0, 0xffff, host), 0, 128)
    rows.timesMs[row] = host
    rows.labels[row] = rows.labelOf(`label ${host % 7}`)
  }
  for (let host = 0; host < 5000; host++) {
    const row = rows.find(Uint32Array.of(0, 0, 0xffff, host), 0, 128)
    expect(rows.timesMs[row]).toBe(host)
    expect(rows.labelTexts[rows.labels[row]!]).toBe(`label ${host % 7}`)
    expect(rangeText({ words: rows.words.slice(4 * row, 4 * row + 4), prefixLength: 128 })).toMatch(/^0\.0\./)
  }
})
