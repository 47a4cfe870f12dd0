import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { expandOnceFiles } from './once-files.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-'))
  for (const name of [
    'cowrie.json',
    'cowrie.json.2026-11-23',
    'cowrie.json.2026-11-22.gz',
    'a[1].json',
    '.hidden.json',
  ]) {
    writeFileSync(join(directory, name), '')
  }
  mkdirSync(join(directory, 'cowrie.json.d'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const inside = (...names: string[]) => names.map((name) => join(directory, name))

it('expands patterns in the order of names, without directories, each file once', () => {
  expect(expandOnceFiles([join(directory, 'cowrie.json*'), join(directory, 'cowrie.json')])).toEqual(
    inside('cowrie.json', 'cowrie.json.2026-11-22.gz', 'cowrie.json.2026-11-23'),
  )
})

it('takes a file by its name even if that looks like a pattern', () => {
  expect(expandOnceFiles(inside('a[1].json'))).toEqual(inside('a[1].json'))
})

it('makes relative names absolute and leaves standard input', () => {
  expect(expandOnceFiles(['package.json', '-'])).toEqual([join(process.cwd(), 'package.json'), '-'])
})

it('refuses what it cannot read, by name', () => {
  expect(() => expandOnceFiles(inside('absent.json'))).toThrow('absent.json')
  expect(() => expandOnceFiles(inside('cowrie.json.d'))).toThrow('cowrie.json.d is a directory')
  expect(() => expandOnceFiles(inside('absent*.json'))).toThrow('no file is called')
})
