import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { MONTH_MS, RequestCounts } from './request-counts.ts'

const createdAtMs = 1_000_000_000_000

describe('the counts of a key', () => {
  it('start at zero', () => {
    expect(new RequestCounts().countOf(1, createdAtMs, createdAtMs)).toEqual({
      inMonth: 0,
      inMinute: 0,
      monthEndsMs: createdAtMs + MONTH_MS,
    })
  })

  it('start anew with each 30 days of the key', () => {
    const counts = new RequestCounts()
    counts.count(1, createdAtMs, createdAtMs + MONTH_MS - 1)
    expect(counts.countOf(1, createdAtMs, createdAtMs + MONTH_MS - 1).inMonth).toBe(1)
    expect(counts.countOf(1, createdAtMs, createdAtMs + MONTH_MS)).toEqual({
      inMonth: 0,
      inMinute: 1,
      monthEndsMs: createdAtMs + 2 * MONTH_MS,
    })
  })

  it('are the key’s own', () => {
    const counts = new RequestCounts()
    counts.count(1, createdAtMs, createdAtMs)
    expect(counts.countOf(2, createdAtMs, createdAtMs).inMonth).toBe(0)
  })

  test('the minute holds the requests of the last 60 seconds, to the second', () => {
    const gapsMs = fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 60 })
    fc.assert(
      fc.property(gapsMs, (gaps) => {
        const counts = new RequestCounts()
        const times: number[] = []
        let nowMs = createdAtMs
        for (const gap of gaps) {
          nowMs += gap
          times.push(nowMs)
          counts.count(1, createdAtMs, nowMs)
        }
        const oldestSecond = Math.floor(nowMs / 1000) - 60
        const expected = times.filter((time) => Math.floor(time / 1000) > oldestSecond).length
        expect(counts.countOf(1, createdAtMs, nowMs)).toMatchObject({
          inMinute: expected,
          inMonth: times.length,
        })
      }),
    )
  })
})
