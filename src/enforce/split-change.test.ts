import { describe, expect, it } from 'vitest'
import type { Address } from '../ip/index.ts'
import type { Ban, BanChange } from './ports.ts'
import { splitChange } from './split-change.ts'

const ban = (index: number): Ban => ({ network: `8.8.8.${index}` as Address, expiresAtMs: index })
const bans = (first: number, count: number) => Array.from({ length: count }, (_, index) => ban(first + index))

describe('splitChange', () => {
  it('names no more elements than it may, and everything once, what is let go first and ranges last', () => {
    const change: BanChange = {
      ban: bans(0, 7),
      extend: bans(10, 5),
      unban: bans(20, 4).map(({ network }) => network),
      ranges: bans(30, 9),
    }
    const parts = [...splitChange(change, 6)]
    expect(
      parts.map((part) => [part.unban.length, part.extend.length, part.ban.length, part.ranges?.length]),
    ).toEqual([
      [3, 0, 0, undefined],
      [1, 0, 0, undefined],
      [0, 2, 0, undefined],
      [0, 2, 0, undefined],
      [0, 1, 0, undefined],
      [0, 0, 6, undefined],
      [0, 0, 1, undefined],
      [0, 0, 0, 9],
    ])
    expect(parts.flatMap((part) => part.ban)).toEqual(change.ban)
    expect(parts.flatMap((part) => part.extend)).toEqual(change.extend)
    expect(parts.flatMap((part) => part.unban)).toEqual(change.unban)
  })

  it('keeps a single host whole, however little may be named', () => {
    expect([...splitChange({ ban: [], extend: bans(0, 2), unban: [] }, 1)]).toHaveLength(2)
  })
})
