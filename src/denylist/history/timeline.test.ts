import { describe, expect, it } from 'vitest'
import { wordsOf } from '../../ip/index.ts'
import type { HistoryEvent } from './ports.ts'
import { type ListRole, timelineOf } from './timeline.ts'

const ADDRESS = wordsOf('192.0.2.7' as never)
let position = 0

function event(atMs: number, fields: Partial<HistoryEvent> = {}): HistoryEvent {
  return {
    position: ++position,
    index: 0,
    isAllowed: false,
    kind: 'report',
    receivedAtMs: atMs,
    keyId: 1,
    receiptId: `r${atMs}`,
    detail: { ttlSeconds: 60, dataset: 'ABUSE', tags: [] },
    ...fields,
  }
}

const wide = (atMs: number, kind: HistoryEvent['kind'], detail: HistoryEvent['detail']) =>
  event(atMs, { kind, detail, index: -1 })

function lines(events: readonly HistoryEvent[], nowMs = 1_000_000_000, roles: Record<string, ListRole> = {}) {
  const roleOf = (listId: string) => roles[listId] ?? 'other'
  return timelineOf(events, { words: ADDRESS, nowMs, roleOf }).map(({ atMs, what, effect }) => [
    atMs,
    what,
    effect,
  ])
}

describe('the history of an address', () => {
  it('tells when it came on the list, stayed and ran out', () => {
    expect(lines([event(0), event(30_000), event(200_000)])).toEqual([
      [0, 'reported', 'entered'],
      [30_000, 'reported', 'stayed'],
      [90_000, 'expired', 'left'],
      [200_000, 'reported', 'entered'],
      [260_000, 'expired', 'left'],
    ])
    expect(lines([event(0)], 59_999)).toEqual([[0, 'reported', 'entered']])
    expect(lines([event(0)], 60_000)).toHaveLength(2)
  })

  it('tells which operation ended an entry', () => {
    const ends = [
      ['unban', 'unbanned', {}],
      ['remove', 'removed', {}],
      ['allow', 'allowed', { ranges: ['192.0.2.0/24'] }],
    ] as const
    for (const [kind, what, detail] of ends) {
      expect(lines([event(0), wide(10, kind, detail), wide(20, kind, detail)])).toEqual([
        [0, 'reported', 'entered'],
        [10, what, 'left'],
        [20, what, 'none'],
      ])
    }
  })

  it('names the removal of all only where the address was on the list', () => {
    const all = (atMs: number) => wide(atMs, 'remove', { isAll: true })
    expect(lines([all(0), event(10), all(20), all(30)])).toEqual([
      [10, 'reported', 'entered'],
      [20, 'removed', 'left'],
    ])
  })

  it('holds to an unban against a sighting from before it', () => {
    const late = event(20_000, { observedAtMs: 5_000 })
    expect(lines([event(0), wide(10_000, 'unban', {}), late])).toEqual([
      [0, 'reported', 'entered'],
      [10_000, 'unbanned', 'left'],
      [20_000, 'reported', 'none'],
    ])
  })

  it('shows a report of an allowed address, and one that was over when it came, without an entry', () => {
    expect(lines([event(0, { isAllowed: true }), event(100_000, { observedAtMs: 1 })])).toEqual([
      [0, 'reported', 'none'],
      [100_000, 'reported', 'none'],
    ])
  })

  it('tells when it came on a private list and left it', () => {
    const content = (atMs: number, append: string[], remove: string[] = [], listId = 'l') =>
      wide(atMs, 'list-content', { listId, append, remove })
    const emptied = (atMs: number, listId = 'l') => wide(atMs, 'list-empty', { listId })
    expect(
      lines([emptied(0), content(1, ['192.0.2.0/24']), content(2, ['192.0.2.7/32']), emptied(3), emptied(4)]),
    ).toEqual([
      [1, 'listed', 'entered'],
      [2, 'listed', 'stayed'],
      [3, 'unlisted', 'left'],
    ])
    expect(lines([content(1, [], ['192.0.2.0/24'])])).toEqual([[1, 'unlisted', 'none']])
  })

  it('tells that an allowlist, or emptying the reported list, ended an entry', () => {
    const allow = wide(10, 'list-content', { listId: 'a', append: ['192.0.2.0/24'], remove: [] })
    const empty = wide(10, 'list-empty', { listId: 'reported' })
    expect(lines([event(0), allow], 20, { a: 'allow' })).toEqual([
      [0, 'reported', 'entered'],
      [10, 'listed', 'entered'],
      [10, 'allowed', 'left'],
    ])
    expect(lines([event(0), empty], 20, { reported: 'reported' })).toEqual([
      [0, 'reported', 'entered'],
      [10, 'removed', 'left'],
    ])
  })
})
