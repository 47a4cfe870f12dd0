import fc from 'fast-check'
import { expect, it } from 'vitest'
import { LineWriter } from './line-writer.ts'

it('a line of an address is the JSON of what it says', () => {
  const address = fc.integer({ min: 0, max: 0xffffffff })
  const end = fc.oneof(fc.integer({ min: 1, max: 10 ** 15 - 1 }), fc.integer({ min: 1, max: 2_000_000 }))
  fc.assert(
    fc.property(fc.array(fc.tuple(address, end, fc.nat(65_535))), (entries) => {
      const writer = new LineWriter()
      for (const [value, expiresAtMs, origin] of entries) writer.ipv4(value, expiresAtMs, origin)
      writer.value(['d', 'é'])
      const text = Buffer.concat(writer.finish()).toString()
      const quads = entries.map(([value]) =>
        [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.'),
      )
      const wanted = entries.map(([, expiresAtMs, origin], index) => ['a', quads[index], expiresAtMs, origin])
      expect(text).toBe([...wanted, ['d', 'é']].map((line) => `${JSON.stringify(line)}\n`).join(''))
      expect(writer.lines).toBe(entries.length + 1)
    }),
  )
})

it('chunks are handed over as they fill, with nothing lost between them', () => {
  const writer = new LineWriter()
  const chunks: Buffer[] = []
  for (let address = 0; address < 20_000; address++) {
    writer.ipv4(address, address % 2, 0)
    chunks.push(...writer.takeFull())
  }
  writer.value('x'.repeat(200_000))
  chunks.push(...writer.finish())
  const lines = Buffer.concat(chunks).toString().trimEnd().split('\n')
  expect(lines).toHaveLength(20_001)
  expect(lines[2]).toBe('["d","0.0.0.2"]')
  expect(lines[19_999]).toBe('["a","0.0.78.31",1,0]')
  expect(chunks.length).toBeGreaterThan(5)
})
