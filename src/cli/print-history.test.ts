import { expect, it } from 'vitest'
import { renderHistory } from './print-history.ts'

const AT = Date.UTC(2026, 10, 24, 12)
const HISTORY = { address: '192.0.2.7', page: 1, page_size: 100, total: 3, is_cut: false, events: [] }

it('lays out events, newest first, with foreign text escaped', () => {
  const text = renderHistory({
    ...HISTORY,
    events: [
      { event: 'expired', effect: 'left', at: AT + 60_000, dataset: 'ABUSE' },
      {
        event: 'reported',
        effect: 'entered',
        at: AT,
        dataset: 'ABUSE',
        tags: ['COWRIE'],
        ttl: 60,
        key_id: 2,
        key_name: 'pot\u001b[31m',
      },
    ],
  })
  expect(text.split('\n')).toEqual([
    'WHEN (UTC)           EVENT     LIST     KEY          DETAILS',
    '2026-11-24 12:01:00  expired   left     -            ABUSE',
    '2026-11-24 12:00:00  reported  entered  pot\\x1b[31m  ABUSE COWRIE for 1m',
    '1 more that are older: --limit shows them.',
  ])
})

it('says when nothing is known', () => {
  expect(renderHistory({ ...HISTORY, total: 0 })).toBe('Nothing is known of 192.0.2.7.')
})
