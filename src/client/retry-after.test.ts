import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { parseRetryAfter } from './retry-after.ts'

const NOW_MS = Date.UTC(2026, 10, 24, 5, 47, 0)

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['17', 17_000],
    [' 60 ', 60_000],
  ])('reads %j as seconds', (value, expected) => {
    expect(parseRetryAfter(value, NOW_MS)).toBe(expected)
  })

  it.each(['Tue, 24 Nov 2026 05:48:30 GMT', 'Tuesday, 24-Nov-26 05:48:30 GMT', 'Tue Nov 24 05:48:30 2026'])(
    'reads %j as a date, whatever the local time zone',
    (value) => {
      expect(parseRetryAfter(value, NOW_MS)).toBe(90_000)
    },
  )

  it('takes a date that has passed for now', () => {
    expect(parseRetryAfter('Tue, 24 Nov 2026 05:00:00 GMT', NOW_MS)).toBe(0)
  })

  it.each([
    undefined,
    '',
    '-1',
    '1.5',
    '1e3',
    '0x10',
    '99999999999',
    'soon',
    'Tuesday',
    'Tue, 99 Nov 2026 05:48:30 GMT',
  ])('takes %j for nothing said', (value) => {
    expect(parseRetryAfter(value, NOW_MS)).toBeUndefined()
  })

  test('whatever is sent, the wait is a finite number of milliseconds or nothing', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const waitMs = parseRetryAfter(value, NOW_MS)
        expect(waitMs === undefined || (Number.isFinite(waitMs) && waitMs >= 0)).toBe(true)
      }),
    )
  })
})
