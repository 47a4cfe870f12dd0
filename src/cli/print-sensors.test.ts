import { describe, expect, it } from 'vitest'
import { heartbeatOf } from '../../test/support/sensors.ts'
import type { SensorInfo } from '../contract/index.ts'
import { renderSensors } from './print-sensors.ts'

const NOW_MS = 1_795_521_600_000

function infoOf(rest: Partial<SensorInfo> = {}): SensorInfo {
  return { ...heartbeatOf('a'), last_seen_at: NOW_MS - 45_000, key_id: 2, key_name: 'key', ...rest }
}

const render = (sensors: SensorInfo[], displaced = 0) => renderSensors({ sensors, displaced }, NOW_MS)

describe('the table of agents', () => {
  it('shows ages, lag, what waits and why', () => {
    const failing = infoOf({
      name: 'honeypot-2',
      last_seen_at: NOW_MS - 7_200_000,
      last_event_at: NOW_MS - 90_000,
      lag_bytes: 1_234_567,
      waiting_addresses: 4000,
      last_error: '403 Forbidden',
    })
    expect(render([infoOf(), failing])).toBe(
      [
        'NAME        LAST SEEN  LAST EVENT          LAG  WAITING  ERROR',
        'honeypot-1  45s ago    -                   0 B        0  -',
        'honeypot-2  2h ago     1m 30s ago  1,234,567 B    4,000  403 Forbidden',
      ].join('\n'),
    )
  })

  it('holds nothing that moves a cursor, whoever wrote it', () => {
    const text = render([infoOf({ name: 'a\u001b[2J', last_error: '\u001b]0;x\u0007\r\n\u202e' })])
    expect(text).not.toMatch(/[^\P{C}\n]/u)
    expect(text.split('\n')).toHaveLength(2)
  })

  it('cuts what is long', () => {
    const long = infoOf({ name: 'n'.repeat(255), last_error: 'e'.repeat(500) })
    for (const line of render([long]).split('\n')) expect(line.length).toBeLessThan(180)
  })

  it('bears clocks that differ and any time the contract allows', () => {
    const text = render([infoOf({ last_seen_at: NOW_MS + 60_000, last_event_at: 8_640_000_000_000_000 })])
    expect(text).toContain('1s ago')
    expect(render([infoOf({ last_event_at: 0 })])).toContain('d ')
  })

  it('says how many had to make room', () => {
    expect(render([infoOf()], 12)).toContain('\n12 more')
  })

  it('tells what to do when there is none', () => {
    expect(render([])).toContain('honeyjam report')
  })
})
