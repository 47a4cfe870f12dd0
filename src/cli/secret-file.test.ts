import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readSecretIfPresent, writeSecretFile } from './secret-file.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

it('gives back what was written, readable by its owner only', () => {
  const path = join(directory, 'admin.key')
  writeSecretFile(path, 'tja_secret')
  expect(readSecretIfPresent(path)).toBe('tja_secret')
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

it('replaces an open file and a left-over of a crash by a closed one', () => {
  const path = join(directory, 'admin.key')
  for (const name of [path, `${path}.new`]) {
    writeFileSync(name, 'old')
    chmodSync(name, 0o666)
  }
  writeSecretFile(path, 'new')
  expect(readSecretIfPresent(path)).toBe('new')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readdirSync(directory)).toEqual(['admin.key'])
})

it('tells an absent file from an empty one and an unreadable one', () => {
  expect(readSecretIfPresent(join(directory, 'absent.key'))).toBeUndefined()
  writeFileSync(join(directory, 'empty.key'), '\n')
  expect(() => readSecretIfPresent(join(directory, 'empty.key'))).toThrow('the file is empty')
  mkdirSync(join(directory, 'folder.key'))
  expect(() => readSecretIfPresent(join(directory, 'folder.key'))).toThrow('folder.key cannot be read')
})

it('says which file cannot be written', () => {
  expect(() => writeSecretFile(join(directory, 'absent', 'admin.key'), 'x')).toThrow(
    'admin.key cannot be written',
  )
})
