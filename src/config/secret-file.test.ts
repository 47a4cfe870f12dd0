import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { HoneyjamError } from '../runtime/index.ts'
import { isReadableByOthers, readSecretFile } from './secret-file.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

function file(content: string | Uint8Array, mode = 0o600): string {
  const path = join(directory, 'token')
  writeFileSync(path, content)
  chmodSync(path, mode)
  return path
}

it.each([
  ['tja_1', 'tja_1'],
  ['tja_1\n', 'tja_1'],
  ['tja_1\r\n', 'tja_1'],
  ['tja_1\n\n', 'tja_1\n'],
  [' tja_1 ', ' tja_1 '],
])('takes one newline off the end and nothing else: %j', (content, secret) => {
  expect(readSecretFile(file(content)).secret).toBe(secret)
})

it.each([
  [0o600, false],
  [0o400, false],
  [0o610, false],
  [0o640, true],
  [0o604, true],
  [0o644, true],
])('tells whether others may read it: mode %o', (mode, isReadableByOthers) => {
  expect(readSecretFile(file('x', mode)).isReadableByOthers).toBe(isReadableByOthers)
})

const SELF = 1000
const ROOT = 0
it.each([
  ['its own, for the group too', { mode: 0o640, uid: SELF }, SELF, true],
  ['a credential of systemd, through an access list', { mode: 0o440, uid: ROOT }, SELF, false],
  ["root's, through the group", { mode: 0o640, uid: ROOT }, SELF, false],
  ["root's, for everybody", { mode: 0o644, uid: ROOT }, SELF, true],
  ["root's, read by root", { mode: 0o640, uid: ROOT }, ROOT, true],
  ['where users have no numbers', { mode: 0o640, uid: 0 }, undefined, true],
])('tells whether others may read it who need not: %s', (_, access, ownUid, isReadable) => {
  expect(isReadableByOthers(access, ownUid)).toBe(isReadable)
})

/** Code and message of what reading the file throws. */
function failureOf(path: string): string {
  try {
    return `no failure, the secret is ${readSecretFile(path).secret}`
  } catch (error) {
    return error instanceof HoneyjamError ? `${error.code}: ${error.message}` : String(error)
  }
}

it.each(['', '\n', '\r\n'])('refuses an empty one: %j', (content) => {
  expect(failureOf(file(content))).toMatch(/^CONFIG_INVALID: .*the file is empty/s)
})

it('takes 4 KiB and refuses more', () => {
  expect(readSecretFile(file('x'.repeat(4096))).secret).toHaveLength(4096)
  expect(failureOf(file('x'.repeat(4097)))).toMatch(/^CONFIG_UNREADABLE: .*larger than 4096 bytes/)
})

it('refuses what is not text, without showing it', () => {
  const failure = failureOf(file(Buffer.concat([Buffer.from('hunter2'), Buffer.from([0xff])])))
  expect(failure).toMatch(/^CONFIG_INVALID: .*UTF-8/s)
  expect(failure).not.toContain('hunter2')
})

it('says that a file is missing, and that a directory is no file', () => {
  const missing = join(directory, 'missing')
  expect(failureOf(missing)).toBe(`CONFIG_UNREADABLE: ${missing} cannot be read: there is no such file`)
  expect(failureOf(directory)).toContain('not a regular file')
})
