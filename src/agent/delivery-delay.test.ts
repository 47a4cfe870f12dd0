import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { delayAfter } from './delivery-delay.ts'

const failed = { kind: 'failed', mayBeTaken: true, status: 503, reason: '', retryAfterMs: undefined } as const

describe('the wait after a report that was not accepted', () => {
  it('doubles with each failure up to five minutes', () => {
    expect([1, 2, 3, 8, 9, 1000].map((n) => delayAfter(failed, n, 0).delayMs)).toEqual([
      2000, 4000, 8000, 256_000, 300_000, 300_000,
    ])
  })

  it('is shortened by up to half', () => {
    expect(delayAfter(failed, 1, 0.999).delayMs).toBe(1001)
    expect(delayAfter(failed, 99, 0.5).delayMs).toBe(225_000)
  })

  it('is no shorter than a failing service asks for', () => {
    expect(delayAfter({ ...failed, retryAfterMs: 90_000 }, 1, 0)).toEqual({ delayMs: 90_000, isAsked: true })
    expect(delayAfter({ ...failed, retryAfterMs: 500 }, 1, 0)).toEqual({ delayMs: 2000, isAsked: false })
  })

  it('is what a 429 asks for, or a minute', () => {
    const limited = { kind: 'limited', reason: '' } as const
    expect(delayAfter({ ...limited, retryAfterMs: 17_000 }, 5, 0.5).delayMs).toBe(17_000)
    expect(delayAfter({ ...limited, retryAfterMs: 0 }, 5, 0.5).delayMs).toBe(1000)
    expect(delayAfter({ ...limited, retryAfterMs: undefined }, 5, 0.5).delayMs).toBe(60_000)
  })

  it('is no longer than an hour, whatever is asked for', () => {
    expect(delayAfter({ ...failed, retryAfterMs: 1e12 }, 1, 0).delayMs).toBe(3_600_000)
    expect(delayAfter({ kind: 'limited', reason: '', retryAfterMs: 1e12 }, 1, 0).delayMs).toBe(3_600_000)
  })

  it('is long after a refusal, which needs a person', () => {
    expect(delayAfter({ kind: 'refused', status: 401, reason: '' }, 1, 0).delayMs).toBe(300_000)
  })

  test('is between one second and five minutes after any failure', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1 }), fc.double({ min: 0, max: 0.999999, noNaN: true }), (n, random) => {
        const { delayMs } = delayAfter(failed, n, random)
        expect(delayMs).toBeGreaterThanOrEqual(1000)
        expect(delayMs).toBeLessThanOrEqual(300_000)
      }),
    )
  })
})
