import { describe, expect, it } from 'vitest'
import { SignUpLimiter } from './sign-up-limiter.ts'

const HOUR_MS = 3_600_000
const times = (count: number) => Array.from({ length: count }, (_, index) => index)

describe('SignUpLimiter', () => {
  it('lets ten tries an hour through from one source, and others all the same', () => {
    const limiter = new SignUpLimiter()
    const take = (nowMs: number) => limiter.take('192.0.2.1', nowMs)
    for (const index of times(10)) expect(take(index * 1000).allowed).toBe(true)
    expect(take(10_000)).toEqual({ allowed: false, retryAfterSeconds: 3590 })
    expect(limiter.take('192.0.2.2', 10_000).allowed).toBe(true)
    expect(take(HOUR_MS - 1).allowed).toBe(false)
    expect(take(HOUR_MS).allowed).toBe(true)
    expect(take(HOUR_MS).allowed).toBe(false)
  })

  it('lets a hundred tries an hour through in all, of which one source cannot use up more than its own', () => {
    const limiter = new SignUpLimiter()
    const takeFrom = (network: number) => limiter.take(`192.0.2.${network}`, 0)
    for (const _ of times(500)) takeFrom(0)
    const allowed = times(9).flatMap((network) => times(10).map(() => takeFrom(network + 1).allowed))
    expect(allowed).toEqual(times(90).map(() => true))
    expect(takeFrom(100)).toEqual({ allowed: false, retryAfterSeconds: 3600 })
    expect(limiter.take('192.0.2.100', HOUR_MS).allowed).toBe(true)
  })
})
