import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { endOfStay, isForgotten, mergeReport, type ReportedSighting, type Stay } from './merge-report.ts'

const arrivedMs = 1_000_000_000
const sightings = fc.record({
  observedAtMs: fc.integer({ min: arrivedMs - 50_000, max: arrivedMs }),
  ttlSeconds: fc.integer({ min: 60, max: 400 }),
})

function mergeAll(reports: readonly ReportedSighting[]): Stay | undefined {
  return reports.reduce<Stay | undefined>((stay, report) => mergeReport(stay, report, arrivedMs), undefined)
}

describe('merging a report', () => {
  test('does not depend on the order in which reports arrive', () => {
    fc.assert(
      fc.property(fc.array(sightings, { minLength: 1 }), fc.func(fc.integer()), (reports, rank) => {
        const shuffled = reports.toSorted((left, right) => rank(left) - rank(right))
        expect(mergeAll(shuffled)).toEqual(mergeAll(reports))
      }),
    )
  })

  it('starts the ttl anew from the newest sighting and counts up', () => {
    const stay = mergeAll([
      { observedAtMs: arrivedMs - 1000, ttlSeconds: 100 },
      { observedAtMs: arrivedMs, ttlSeconds: 100 },
    ])
    expect(stay).toEqual({ lastReportMs: arrivedMs, ttlSeconds: 100, totalReports: 2 })
  })

  it('lets the newest sighting shorten the ttl, as the contract says, but never a late older one', () => {
    const long = { observedAtMs: arrivedMs - 1000, ttlSeconds: 300 }
    const short = { observedAtMs: arrivedMs, ttlSeconds: 60 }
    expect(endOfStay(mergeAll([long, short]) as Stay)).toBe(arrivedMs + 60_000)
    expect(
      endOfStay(
        mergeAll([
          { ...long, observedAtMs: arrivedMs },
          { ...short, observedAtMs: arrivedMs - 1 },
        ]) as Stay,
      ),
    ).toBe(arrivedMs + 300_000)
  })

  it('begins another stay when the last one ended', () => {
    const ended: Stay = { lastReportMs: arrivedMs - 100_000, ttlSeconds: 60, totalReports: 7 }
    const report = { observedAtMs: arrivedMs, ttlSeconds: 60 }
    expect(mergeReport(ended, report, arrivedMs)).toEqual({
      lastReportMs: arrivedMs,
      ttlSeconds: 60,
      totalReports: 1,
    })
  })

  it('takes a stay that ended by itself, or whose unban is long past, for none at all', () => {
    const weekMs = 7 * 86_400_000
    fc.assert(
      fc.property(sightings, fc.boolean(), fc.nat(2 * weekMs), (report, isUnbanned, agoMs) => {
        const lastReportMs = arrivedMs - agoMs
        const stay: Stay = { lastReportMs, ttlSeconds: isUnbanned ? 0 : 60, totalReports: 7 }
        fc.pre(isForgotten(stay, arrivedMs))
        expect(mergeReport(stay, report, arrivedMs)).toEqual(mergeReport(undefined, report, arrivedMs))
      }),
    )
    expect(isForgotten({ lastReportMs: 0, ttlSeconds: 0 }, weekMs - 1)).toBe(false)
    expect(isForgotten({ lastReportMs: 0, ttlSeconds: 0 }, weekMs)).toBe(true)
    expect(isForgotten({ lastReportMs: 0, ttlSeconds: 1 }, 999)).toBe(false)
  })

  it('does not revive an address by a sighting from before its unban', () => {
    const unbanned: Stay = { lastReportMs: arrivedMs - 1000, ttlSeconds: 0, totalReports: 3 }
    expect(mergeReport(unbanned, { observedAtMs: arrivedMs - 2000, ttlSeconds: 86_400 }, arrivedMs)).toBe(
      unbanned,
    )
    expect(
      mergeReport(unbanned, { observedAtMs: arrivedMs - 500, ttlSeconds: 60 }, arrivedMs).totalReports,
    ).toBe(1)
  })

  it('bans again what is reported in the very millisecond of its unban', () => {
    const unbanned: Stay = { lastReportMs: arrivedMs, ttlSeconds: 0, totalReports: 3 }
    expect(mergeReport(unbanned, { observedAtMs: arrivedMs, ttlSeconds: 60 }, arrivedMs).ttlSeconds).toBe(60)
  })
})
