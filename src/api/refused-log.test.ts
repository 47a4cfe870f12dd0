import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { RefusedLog } from './refused-log.ts'

function setUp() {
  const clock = new ManualClock()
  const requests: unknown[] = []
  const logger = { warn: (fields: { requests: number }) => requests.push(fields.requests) }
  return { clock, requests, log: new RefusedLog(logger as never, clock) }
}

describe('RefusedLog', () => {
  it('tells the first at once and then how many there were, every ten seconds', async () => {
    const { clock, requests, log } = setUp()
    for (let i = 0; i < 1000; i++) log.note(new Error('full'))
    expect(requests).toEqual([1])
    await clock.advance(10_000)
    log.note(new Error('full'))
    expect(requests).toEqual([1, 1000])
  })

  it('goes on after the clock was set back', () => {
    const { clock, requests, log } = setUp()
    log.note(new Error('full'))
    clock.set(clock.nowMs() - 3_600_000)
    log.note(new Error('full'))
    expect(requests).toEqual([1, 1])
  })
})
