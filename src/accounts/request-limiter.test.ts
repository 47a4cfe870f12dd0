import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { RequestLimiter } from './request-limiter.ts'

describe('a request limiter', () => {
  test('never lets more than the limit through in any window, less the tolerance', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 8 }), (steps, limit) => {
        const limiter = new RequestLimiter({ limit, windowMs: 60_000, toleranceMs: 1000 })
        const passedMs: number[] = []
        let nowMs = 0
        for (const step of steps) {
          nowMs += step
          if (limiter.take(1, nowMs).allowed) passedMs.push(nowMs)
        }
        const tooSoon = passedMs.filter((time, index) => time - (passedMs[index - limit] ?? -60_000) < 59_000)
        expect(tooSoon).toEqual([])
      }),
    )
  })

  it('lets a client through that sends every ten seconds, for ever', () => {
    const limiter = new RequestLimiter({ limit: 6, windowMs: 60_000, toleranceMs: 1000 })
    for (let request = 0; request < 100; request++) {
      expect(limiter.take(1, request * 10_000 - (request % 2) * 400).allowed).toBe(true)
    }
  })

  it('says after how many seconds the next request passes, and holds keys apart', () => {
    const limiter = new RequestLimiter({ limit: 1, windowMs: 60_000, toleranceMs: 1000 })
    limiter.take(1, 0)
    expect(limiter.take(1, 10_500)).toEqual({ allowed: false, retryAfterSeconds: 50 })
    expect(limiter.take(2, 10_500).allowed).toBe(true)
    expect(limiter.take(1, 60_500).allowed).toBe(true)
  })

  it('lets a client through again after a clock was set back', () => {
    const limiter = new RequestLimiter({ limit: 1, windowMs: 60_000, toleranceMs: 1000 })
    limiter.take(1, 3_600_000)
    expect(limiter.take(1, 10_000).allowed).toBe(true)
    limiter.take(2, 3_600_000)
    limiter.forgetIdle(10_000)
    expect(limiter.look(2, 3_600_000).allowed).toBe(true)
  })
})
