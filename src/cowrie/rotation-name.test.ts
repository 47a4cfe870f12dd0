import { describe, expect, it } from 'vitest'
import { parseRotation } from './rotation-name.ts'

describe('parseRotation', () => {
  it.each([
    ['.2026-11-24', '.2026-11-25'],
    ['.2026_6_9', '.2026_6_10'],
    ['.2025-12-31', '.2026-01-01'],
    ['-20261124', '-20261125.gz'],
    ['-20261124', '-20261124-1795489208'],
    ['.2024-06-06.json', '.2024-06-07'],
    ['.10', '.9.gz'],
    ['.2', '.1'],
  ])('takes %s for older than %s', (older, younger) => {
    expect(parseRotation(older)!.order).toBeLessThan(parseRotation(younger)!.order)
    expect(parseRotation(older)!.kind).toBe(parseRotation(younger)!.kind)
  })

  it.each([
    '',
    '.gz',
    '.bak',
    '.2026-13-01',
    '.2026-00-10',
    '.2026-1-32',
    '.old.1',
    '.swp',
    '.1.bz2',
    '~',
    '.1.1.1',
  ])('knows that no rotation names a file %j', (suffix) => {
    expect(parseRotation(suffix)).toBeUndefined()
  })
})
