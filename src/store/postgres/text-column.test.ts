import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromColumn, toColumn } from './text-column.ts'

test('any text comes back from a column, which never holds U+0000', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('\\', '0', '\0', 'a') }),
  )
  fc.assert(
    fc.property(text, (value) => {
      expect(toColumn(value)).not.toContain('\0')
      expect(fromColumn(toColumn(value))).toBe(value)
    }),
  )
})
