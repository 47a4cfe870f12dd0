import { describe, expect, it } from 'vitest'
import { formatInstant, formatSpan } from './format-time.ts'

it('writes instants in UTC', () => {
  expect(formatInstant(Date.UTC(2026, 10, 24, 3, 7, 16, 573))).toBe('2026-11-24 03:07:16')
})

describe('formatSpan', () => {
  it.each([
    [0, '1s'],
    [45_400, '45s'],
    [60_000, '1m'],
    [61_000, '1m 1s'],
    [86_400_000, '1d'],
    [86_399_900, '1d'],
    [86_400_000 + 1000, '1d'],
    [90_061_000, '1d 1h'],
    [86_395_000, '1d'],
    [3_599_400, '59m 59s'],
    [7_199_000, '2h'],
  ])('shows %d ms as %s', (milliseconds, text) => {
    expect(formatSpan(milliseconds)).toBe(text)
  })
})
