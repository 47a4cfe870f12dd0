import { describe, expect, it } from 'vitest'
import type { Decisions } from '../../denylist/index.ts'
import { freshnessOf, type Look } from './freshness.ts'

const NOW_MS = 1_000_000
const LOOK: Look = {
  revision: { scope: '0123456789ab', position: 1, timeMs: 0 },
  atMs: NOW_MS,
  nextEndMs: NOW_MS + 3_600_000,
  count: 1_000_000,
  mark: 'same',
}

function freshness(
  change: Partial<Look>,
  { afterMs, hasChanged = true, mark = 'same' }: { afterMs: number; hasChanged?: boolean; mark?: string },
): string {
  const decisions = { releaseMark: () => mark, hasChangedSince: () => hasChanged } as unknown as Decisions
  return freshnessOf(decisions, 1, { look: { ...LOOK, ...change }, nowMs: NOW_MS + afterMs })
}

describe('what was made of decisions', () => {
  it('is current as long as nothing changes and nothing ends', () => {
    expect(freshness({}, { afterMs: 3_599_999, hasChanged: false })).toBe('current')
    expect(freshness({}, { afterMs: 3_600_000, hasChanged: false })).toBe('late')
  })

  it('of a large list is good for a while when something came to it, and a while longer until it is made anew', () => {
    expect(freshness({}, { afterMs: 29_999 })).toBe('current')
    expect(freshness({}, { afterMs: 30_000 })).toBe('aging')
    expect(freshness({}, { afterMs: 59_999 })).toBe('aging')
    expect(freshness({}, { afterMs: 60_000 })).toBe('late')
  })

  it('of a small list is late at once', () => {
    expect(freshness({ count: 4999 }, { afterMs: 0 })).toBe('late')
    expect(freshness({ count: 5000 }, { afterMs: 149 })).toBe('current')
  })

  it('is late at once when something was taken off, and when the clock was set back', () => {
    expect(freshness({}, { afterMs: 0, hasChanged: false, mark: 'other' })).toBe('late')
    expect(freshness({}, { afterMs: -1 })).toBe('late')
  })
})
