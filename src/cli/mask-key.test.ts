import { expect, it } from 'vitest'
import { maskKey } from './mask-key.ts'

it.each([
  ['tja_0123456789abcdefghijklmnopqrstuvWXYZ', '…WXYZ (40 characters)'],
  ['0123456789abcdef', '… (16 characters)'],
  ['x', '… (1 character)'],
  ['', '… (0 characters)'],
])('%j is shown as %j', (key, shown) => {
  expect(maskKey(key)).toBe(shown)
})
