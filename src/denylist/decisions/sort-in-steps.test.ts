import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sortInSteps } from './sort-in-steps.ts'

const key = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc.constantFrom(0, 1, 65_535, 65_536, 65_537, 0xffff0000, 0xffffffff),
)

test('what is sorted in steps is what a stable sort makes of it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(key, { maxLength: 300 }), fc.boolean(), async (keys, isReversed) => {
      const order = Uint32Array.from(keys.keys())
      if (isReversed) order.reverse()
      const expected = [...order].toSorted((left, right) => keys[left]! - keys[right]!)
      expect([...(await sortInSteps(order, (index) => keys[index]!))]).toEqual(expected)
    }),
  )
})
