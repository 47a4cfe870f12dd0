import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isRenewalDue, LEASE_MS, leaseEndMs, SHORTEST_MS } from './lease.ts'

const nowMs = 1_700_000_000_000
const HOUR = 3_600_000
const row = fc.nat(1_000_000)

it('an end is at most a day away, never later than it is, and whole', () => {
  const until = fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 0, max: 2 * nowMs }))
  fc.assert(
    fc.property(until, (untilMs) => {
      const isWorthTelling = untilMs >= nowMs + SHORTEST_MS
      const wantedMs = isWorthTelling ? Math.min(untilMs, nowMs + LEASE_MS) : 0
      expect(leaseEndMs(untilMs, nowMs)).toBe(wantedMs)
    }),
  )
})

it('what is to be blocked for ever is told anew 6 to 12 hours after it was told, not for all at once', () => {
  const dueAfterHours = (of: number) => {
    for (let minutes = 0; ; minutes++) {
      const now = nowMs + minutes * 60_000
      const wanted = leaseEndMs(Number.POSITIVE_INFINITY, now)
      if (isRenewalDue({ toldEndMs: nowMs + LEASE_MS, leaseEndMs: wanted }, { row: of, nowMs: now }))
        return minutes / 60
    }
  }
  const hours = Array.from({ length: 1000 }, (_, of) => dueAfterHours(of))
  expect(Math.min(...hours)).toBeGreaterThan(5.9)
  expect(Math.max(...hours)).toBeLessThan(12.1)
  const [firstHour, lastHour] = [6.5, 11.5].map((from) => hours.filter((each) => Math.abs(each - from) < 0.5))
  expect(firstHour!.length).toBeGreaterThan(100)
  expect(lastHour!.length).toBeGreaterThan(100)
})

it('what was reported again soon after is not told anew, and what is to stay twice as long at once', () => {
  fc.assert(
    fc.property(row, (of) => {
      const due = (toldForMs: number, untilMs: number) =>
        isRenewalDue(
          { toldEndMs: nowMs + toldForMs, leaseEndMs: leaseEndMs(untilMs, nowMs) },
          { row: of, nowMs },
        )
      expect(due(23 * HOUR, nowMs + 24 * HOUR)).toBe(false)
      expect(due(HOUR, nowMs + HOUR)).toBe(false)
      expect(due(HOUR, nowMs + 2.1 * HOUR)).toBe(true)
    }),
  )
})

it('what ends earlier than was told is told at once, whatever is left', () => {
  const told = { toldEndMs: nowMs + HOUR, leaseEndMs: nowMs + HOUR - 2000 }
  expect(isRenewalDue(told, { row: 1, nowMs })).toBe(true)
})
