import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isLogPattern, matchLogs, matchLogsNow } from './log-patterns.ts'

let directory: string
beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'honeyjam-patterns-')))
})
afterEach(() => rmSync(directory, { recursive: true }))

function make(...names: string[]): void {
  for (const path of names.map((name) => join(directory, name))) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, '')
  }
}

async function matches(patterns: readonly string[], known: readonly string[] = []): Promise<string[]> {
  const inside = (names: readonly string[]) => names.map((name) => join(directory, name))
  const found = await matchLogs(inside(patterns), inside(known))
  return found.map((path) => path.slice(directory.length + 1))
}

describe('the logs that match patterns', () => {
  it('are found, each once', async () => {
    make('b/cowrie.json', 'a/cowrie.json', 'c/other.json', '.hidden/cowrie.json')
    expect(await matches(['*/cowrie.json', 'a/*.json'])).toEqual([
      '.hidden/cowrie.json',
      'a/cowrie.json',
      'b/cowrie.json',
    ])
    expect(matchLogsNow([join(directory, 'a/*')])).toEqual([join(directory, 'a/cowrie.json')])
  })

  it('are none where nothing is', async () => {
    expect(await matches(['*/cowrie.json', 'absent/**/cowrie.json'])).toEqual([])
  })

  it.each([
    'cowrie.json.2026-11-24',
    'cowrie.json.2026_6_9',
    'cowrie.json.2026-11-24.gz',
    'cowrie.json-20261124-1795489208',
    'cowrie.json.1',
    'cowrie.log.2.gz',
  ])('do not hold %s, whether or not its log is there just now', async (name) => {
    make(name)
    expect(await matches(['cowrie*'])).toEqual([])
    make('cowrie.json', 'cowrie.log')
    expect(await matches(['cowrie*'])).toEqual(['cowrie.json', 'cowrie.log'])
  })

  it('may be numbered and dated, when they are not the rotated files of another one', async () => {
    make('cowrie.1.json', 'cowrie.2.json', 'pot-2026-11-24.json')
    expect(await matches(['*'])).toEqual(['cowrie.1.json', 'cowrie.2.json', 'pot-2026-11-24.json'])
    expect(await matches(['*'], ['cowrie'])).toEqual(['pot-2026-11-24.json'])
    make('pot')
    expect(await matches(['*'], ['cowrie'])).toEqual(['pot'])
  })
})

it('a pattern is what may stand for several files', () => {
  expect(isLogPattern('/srv/*/cowrie.json')).toBe(true)
  expect(isLogPattern('/srv/{a,b}/cowrie.json')).toBe(true)
  expect(isLogPattern('/srv/a b/cowrie-1.json')).toBe(false)
})
