import { expect, it } from 'vitest'
import { enforcerReportOf } from '../../test/support/enforcers.ts'
import type { EnforcerInfo } from '../contract/index.ts'
import { renderEnforcers } from './print-enforcers.ts'

const info: EnforcerInfo = {
  ...enforcerReportOf('a', { held: 1199, intended: 1202, spared: 2, repairs: 1, dropped_packets: 88_121 }),
  state: 'drifted',
  last_seen_at: 1,
  age_seconds: 12,
  key_id: 1,
  key_name: null,
}

it('shows what is held of what should be, and how long ago it was said', () => {
  const [, row = ''] = renderEnforcers({ enforcers: [info], displaced: 0 }).split('\n')
  expect(row.split(/ {2,}/)).toEqual([
    'edge-1',
    'nftables',
    'drifted',
    '12s ago',
    '1,199',
    '1,202',
    '2',
    '1',
    '88,121',
    '-',
  ])
})

it('lets no error of a foreign program move the cursor, and says how to begin', () => {
  const hostile = { ...info, last_error: 'no\u001b[2J', held: null }
  expect(renderEnforcers({ enforcers: [hostile], displaced: 2 })).not.toContain('\u001b')
  expect(renderEnforcers({ enforcers: [hostile], displaced: 2 })).toContain('2 more')
  expect(renderEnforcers({ enforcers: [], displaced: 0 })).toContain('honeyjam enforce nftables')
})
