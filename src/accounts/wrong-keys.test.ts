import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { WrongKeys } from './wrong-keys.ts'

const LIMITS = {
  allowed: 3,
  windowMs: 600_000,
  firstClosedMs: 60_000,
  longestClosedMs: 3_600_000,
  sources: 4,
}
const TOLD = { kind: 'told' }

/** Adds wrong keys at one moment and tells of the last. */
function addMany(keys: WrongKeys, count: number, nowMs: number, name = 'a') {
  const outcomes = Array.from({ length: count }, () => keys.add(name, nowMs))
  return outcomes.at(-1)
}

describe('the count of wrong keys', () => {
  it('tells the first ones, then closes the source and counts down', () => {
    const keys = new WrongKeys(LIMITS)
    expect(addMany(keys, 3, 0)).toEqual(TOLD)
    expect(keys.add('a', 1000)).toEqual({ kind: 'closed', retryAfterSeconds: 60, isNew: true })
    expect(keys.add('a', 1001)).toEqual({ kind: 'closed', retryAfterSeconds: 60, isNew: false })
    expect(keys.add('a', 60_900)).toEqual({ kind: 'closed', retryAfterSeconds: 1, isNew: false })
    expect(keys.add('b', 1001)).toEqual(TOLD)
    expect(keys.totals).toEqual({ told: 4, closed: 3 })
  })

  it('begins a new window after the first, with as many', () => {
    const keys = new WrongKeys(LIMITS)
    addMany(keys, 3, 0)
    expect(addMany(keys, 3, 600_000)).toEqual(TOLD)
    expect(keys.add('a', 1_199_999)).toMatchObject({ kind: 'closed', retryAfterSeconds: 60 })
  })

  it('closes for twice as long each time, up to the longest, for one who goes on as soon as he may', () => {
    const keys = new WrongKeys(LIMITS)
    const waits: number[] = []
    for (let nowMs = 0; waits.length < 9; ) {
      const outcome = keys.add('a', nowMs)
      if (outcome.kind !== 'closed') continue
      waits.push(outcome.retryAfterSeconds)
      nowMs += outcome.retryAfterSeconds * 1000
    }
    expect(waits).toEqual([60, 120, 240, 480, 960, 1920, 3600, 3600, 3600])
  })

  it('forgets how often a source was closed once it was open for the longest time', () => {
    const again = (leftAloneMs: number) => {
      const keys = new WrongKeys(LIMITS)
      addMany(keys, 4, 0)
      return addMany(keys, 4, 60_000 + leftAloneMs)
    }
    expect(again(3_599_999)).toMatchObject({ retryAfterSeconds: 120 })
    expect(again(3_600_000)).toMatchObject({ retryAfterSeconds: 60 })
  })

  it('keeps nobody closed for longer when the clock is set back', () => {
    const keys = new WrongKeys(LIMITS)
    addMany(keys, 4, 86_400_000)
    expect(addMany(keys, 3, 0)).toEqual(TOLD)
    expect(keys.add('a', 0)).toMatchObject({ kind: 'closed', isNew: true })
  })

  it('remembers so many sources and forgets the one that was quiet for longest', () => {
    const keys = new WrongKeys(LIMITS)
    for (const name of ['a', 'b', 'c', 'd']) addMany(keys, 3, 0, name)
    // a is the newest now, so b goes
    expect(keys.add('a', 1)).toMatchObject({ kind: 'closed' })
    keys.add('e', 2)
    expect(keys.size).toBe(4)
    expect(keys.add('a', 3)).toMatchObject({ kind: 'closed' })
    expect(keys.add('b', 3)).toEqual(TOLD)
  })

  test('whatever comes, it stays within its memory, and no wait is longer than the longest', () => {
    const wrong = fc.record({ name: fc.nat(9), stepMs: fc.integer({ min: -5_000_000, max: 5_000_000 }) })
    fc.assert(
      fc.property(fc.array(wrong, { maxLength: 200 }), (all) => {
        const keys = new WrongKeys(LIMITS)
        let nowMs = 1e12
        const waits = all.map(({ name, stepMs }) => {
          nowMs += stepMs
          const outcome = keys.add(String(name), nowMs)
          return outcome.kind === 'closed' ? outcome.retryAfterSeconds : 1
        })
        expect(waits.filter((wait) => wait < 1 || wait > 3600)).toEqual([])
        expect(keys.size).toBeLessThanOrEqual(4)
      }),
    )
  })
})
