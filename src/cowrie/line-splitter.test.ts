import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LineMemory, LineSplitter } from './line-splitter.ts'

const LIMITS = { memory: 100_000, line: 10_000 }

function splitter({ memory, line } = LIMITS): LineSplitter {
  return new LineSplitter(new LineMemory(memory), line)
}

function pushAll(splitting: LineSplitter, pieces: readonly Buffer[]): string {
  return Buffer.concat(pieces.flatMap((piece) => splitting.push(piece))).toString('latin1')
}

describe('LineSplitter', () => {
  it('gives the bytes of whole lines as they came, wherever they were cut', () => {
    const bytes = fc.array(fc.constantFrom(0, 10, 65, 0xff, 0xc3), { maxLength: 60 })
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(60)), (text, cuts) => {
        const whole = Buffer.from(text)
        const ends = [...cuts, whole.length]
          .map((cut) => Math.min(cut, whole.length))
          .toSorted((a, b) => a - b)
        const pieces = ends.map((end, index) => whole.subarray(ends[index - 1] ?? 0, end))
        expect(pushAll(splitter(), pieces)).toBe(
          whole.subarray(0, whole.lastIndexOf(10) + 1).toString('latin1'),
        )
      }),
    )
  })

  it.each([
    ['longer than a line may be', { memory: 100_000, line: 8 }],
    ['longer than the memory that is left', { memory: 4096, line: 10_000 }],
  ])('drops and counts a line %s, and takes the next', (_, limits) => {
    const splitting = splitter(limits)
    const pieces = ['a\nbb', 'b'.repeat(5000), 'b', '\nc\n'].map((text) => Buffer.from(text))
    expect(pushAll(splitting, pieces)).toBe('a\nc\n')
    expect(splitting.droppedLines).toBe(1)
  })

  it('gives memory back with each line', () => {
    const splitting = splitter({ memory: 4096, line: 4096 })
    for (let count = 0; count < 5; count += 1) {
      expect(pushAll(splitting, [Buffer.from('a'), Buffer.from('b\n')])).toBe('ab\n')
    }
    expect(splitting.droppedLines).toBe(0)
  })

  it.each([
    ['{"a":1}', '{"a":1}\n', 0],
    ['{"a":', undefined, 1],
    ['', undefined, 0],
  ])('takes %j for a last line only when it is JSON', (text, expected, dropped) => {
    const splitting = splitter()
    splitting.push(Buffer.from(text))
    expect(splitting.end()?.toString()).toBe(expected)
    expect(splitting.droppedLines).toBe(dropped)
  })
})
