import { describe, expect, it } from 'vitest'
import { packAddress } from '../ip/index.ts'
import { AllowList } from './allow-list.ts'
import type { AllowRow } from './ports.ts'

function row(range: string, expiresAtMs?: number): AllowRow {
  return {
    accountId: 1,
    range,
    createdAtMs: 0,
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    dataset: 'ABUSE',
    tags: [],
    appliedPosition: 1,
  }
}

function covering(list: AllowList, address: string, nowMs = 0): string | undefined {
  const words = new Uint32Array(4)
  packAddress(address, words, 0)
  return list.covering(words, 0, nowMs)?.range
}

describe('an allowlist', () => {
  it('answers with the narrowest range in force', () => {
    const list = new AllowList()
    for (const allowed of [row('198.51.0.0/16'), row('198.51.100.0/24', 50), row('::/0')]) list.set(allowed)
    expect(covering(list, '198.51.100.7')).toBe('198.51.100.0/24')
    expect(covering(list, '198.51.100.7', 50)).toBe('198.51.0.0/16')
    expect(covering(list, '2001:db8::1')).toBe('::/0')
  })

  it('covers nothing beyond its ranges, and nothing after they were deleted or swept', () => {
    const list = new AllowList()
    list.set(row('198.51.100.7/32'))
    list.set(row('203.0.113.0/24', 10))
    expect(covering(list, '198.51.100.8')).toBeUndefined()
    list.delete('198.51.100.7/32')
    list.delete('198.51.100.7/32')
    expect(covering(list, '198.51.100.7')).toBeUndefined()
    expect(list.inForce('203.0.113.0/24', 9)).toBeDefined()
    expect(list.inForce('203.0.113.0/24', 10)).toBeUndefined()
    list.sweep(10)
    expect(list.inForce('203.0.113.0/24', 9)).toBeUndefined()
  })
})
