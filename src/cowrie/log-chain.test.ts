import { describe, expect, it } from 'vitest'
import { filesAfter } from './log-chain.ts'
import type { ListedFile } from './log-listing.ts'
import { parseRotation } from './rotation-name.ts'

/** Files of the log, each written a second after the one before it. */
function listed(...suffixes: readonly string[]): ListedFile[] {
  return suffixes.map((suffix, index) => ({
    path: `/log/cowrie.json${suffix}`,
    device: 1,
    inode: index,
    bytes: 100,
    modifiedMs: index * 1000,
    isCurrent: suffix === '',
    rotation: parseRotation(suffix),
  }))
}

function suffixesAfter(files: readonly ListedFile[], suffix: string | undefined, lastWriteMs = 0): string[] {
  const after = files.find((file) => file.path === `/log/cowrie.json${suffix}`)
  return filesAfter(files, after, lastWriteMs).map((file) => file.path.slice('/log/cowrie.json'.length))
}

describe('filesAfter', () => {
  it('gives the younger files in the order of their dates, then the current one', () => {
    const files = listed('', '.2026_6_10', '.2026_6_9', '.2026_6_11')
    expect(suffixesAfter(files, '.2026_6_9')).toEqual(['.2026_6_10', '.2026_6_11', ''])
  })

  it('gives those with smaller numbers, the smallest last', () => {
    const files = listed('.1', '.10.gz', '.2.gz', '')
    expect(suffixesAfter(files, '.10.gz')).toEqual(['.2.gz', '.1', ''])
  })

  it('gives nothing after the current file', () => {
    expect(suffixesAfter(listed('.1', ''), '')).toEqual([])
  })

  it('goes by the last writing where names are of different kinds', () => {
    const files = listed('.2026-11-20', '.1', '.2026-11-19', '')
    expect(suffixesAfter(files, '.2026-11-20')).toEqual(['.1', '.2026-11-19', ''])
  })

  it('gives what was written later than a file that is not there any more', () => {
    const files = listed('.2026-11-20', '.2026-11-21', '.2026-11-22', '')
    expect(suffixesAfter(files, undefined, 1000)).toEqual(['.2026-11-22', ''])
  })

  it('leaves copies out that no rotation made', () => {
    expect(suffixesAfter(listed('.2026-11-20', '.bak', '.2026-11-21', ''), '.2026-11-20')).toEqual([
      '.2026-11-21',
      '',
    ])
  })

  it('gives a file that is being packed once, in its plain form', () => {
    expect(suffixesAfter(listed('.2', '.1', '.1.gz', ''), '.2')).toEqual(['.1', ''])
  })
})
