import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DataDirectoryFacts, defaultDataDirectory } from './data-directory.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'honeyjam-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const facts = (changes: Partial<DataDirectoryFacts> = {}): DataDirectoryFacts => ({
  packageDirectory: root,
  environment: {},
  platform: 'linux',
  homeDirectory: '/home/kim',
  isRoot: false,
  ...changes,
})

describe('in a checkout', () => {
  it('lies beside the sources', () => {
    mkdirSync(join(root, 'src', 'cli'), { recursive: true })
    expect(defaultDataDirectory(facts())).toBe(join(root, 'honeyjam-data'))
  })

  it('does not take a dependency with sources for a checkout', () => {
    const packageDirectory = join(root, 'node_modules', 'honeyjam')
    mkdirSync(join(packageDirectory, 'src', 'cli'), { recursive: true })
    expect(defaultDataDirectory(facts({ packageDirectory }))).toBe('/home/kim/.local/share/honeyjam')
  })
})

describe('once installed', () => {
  it.each([
    ['a user of Linux', {}, '/home/kim/.local/share/honeyjam'],
    ['XDG_DATA_HOME', { environment: { XDG_DATA_HOME: '/srv/kim' } }, '/srv/kim/honeyjam'],
    ['an empty XDG_DATA_HOME', { environment: { XDG_DATA_HOME: '' } }, '/home/kim/.local/share/honeyjam'],
    ['root', { isRoot: true }, '/var/lib/honeyjam'],
    ['macOS', { platform: 'darwin' as const }, '/home/kim/Library/Application Support/honeyjam'],
  ])('is the usual place of %s', (_, changes, directory) => {
    expect(defaultDataDirectory(facts(changes))).toBe(directory)
  })
})
