import { describe, expect, it } from 'vitest'
import { StoreHealth } from './store-health.ts'

describe('the health of the store', () => {
  it('is good until something fails, and again once something succeeds', () => {
    const health = new StoreHealth()
    expect(health.isFailing(0)).toBe(false)
    health.failed(1000)
    expect(health.isFailing(1000)).toBe(true)
    health.succeeded()
    expect(health.isFailing(1000)).toBe(false)
  })

  it('does not stay bad for ever when nobody tries again', () => {
    const health = new StoreHealth()
    health.failed(1000)
    expect(health.isFailing(30_999)).toBe(true)
    expect(health.isFailing(31_000)).toBe(false)
  })

  it('nor for as long as a clock was set back', () => {
    const health = new StoreHealth()
    health.failed(3_600_000)
    expect(health.isFailing(0)).toBe(false)
  })
})
