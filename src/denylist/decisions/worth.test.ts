import { describe, expect, it } from 'vitest'
import { placeOf, worthOf } from './worth.ts'

const NOON_MS = Date.UTC(2026, 10, 24, 12)
const DAY_MS = 86_400_000
const once = (lastReportMs: number) => worthOf({ lastReportMs, totalReports: 1 })

describe('how much it is worth to block an address', () => {
  it('is more the later it was reported and the more often, a day for each doubling', () => {
    expect(once(NOON_MS)).toBeGreaterThan(once(NOON_MS - DAY_MS))
    expect(worthOf({ lastReportMs: NOON_MS, totalReports: 2 })).toBe(once(NOON_MS + DAY_MS))
    expect(worthOf({ lastReportMs: NOON_MS, totalReports: 8 })).toBe(once(NOON_MS + 3 * DAY_MS))
  })

  it('is the same within an hour', () => {
    expect(once(NOON_MS)).toBe(once(NOON_MS + 3_599_999))
  })

  it('stays within its bounds, whatever is reported', () => {
    for (const totalReports of [0, 1, 2 ** 32 - 1])
      for (const lastReportMs of [-1, 0, 8.64e15]) {
        const place = placeOf('reported', worthOf({ lastReportMs, totalReports }))
        expect(place).toBe(place >>> 0)
        expect(place).toBeGreaterThan(placeOf('private-list', 0))
        expect(place).toBeLessThan(placeOf('public-list', 2 ** 28 - 1))
      }
  })
})
