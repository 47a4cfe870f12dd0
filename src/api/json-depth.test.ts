import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { isDeeperThan } from './json-depth.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)

describe('the depth of JSON', () => {
  it.each([
    ['', 0],
    ['1', 0],
    ['[]', 1],
    ['[[],[],[]]', 2],
    ['{"a":[1,{"b":2}]}', 3],
    ['["[[[["]', 1],
    [String.raw`["\"[[["]`, 1],
    [String.raw`["\\",[]]`, 2],
    ['[[[', 3],
    [']]][', 0],
  ])('of %s is %d', (text, depth) => {
    const depths = [depth - 1, depth, depth + 1].filter((each) => each >= 0)
    expect(depths.map((each) => isDeeperThan(bytesOf(text), each))).toEqual(
      depths.map((each) => each < depth),
    )
  })

  test('of any value is what it looks like', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(6), (value, maxDepth) => {
        expect(isDeeperThan(bytesOf(JSON.stringify(value)), maxDepth)).toBe(depthOf(value) > maxDepth)
      }),
    )
  })
})

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}
