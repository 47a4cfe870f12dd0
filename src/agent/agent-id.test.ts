import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ensureAgentId } from './agent-id.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-agent-id-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

it('makes an id once, for its owner alone', () => {
  const id = ensureAgentId(directory)
  expect(id).toMatch(/^[A-Za-z0-9._-]{1,64}$/)
  expect(ensureAgentId(directory)).toBe(id)
  expect(statSync(join(directory, 'agent-id')).mode & 0o777).toBe(0o600)
})

it('makes another for another directory', () => {
  const other = mkdtempSync(join(tmpdir(), 'honeyjam-agent-id-'))
  expect(ensureAgentId(other)).not.toBe(ensureAgentId(directory))
  rmSync(other, { recursive: true })
})

it('keeps one that a person wrote, and replaces what no service takes', () => {
  writeFileSync(join(directory, 'agent-id'), 'cellar.1\n')
  expect(ensureAgentId(directory)).toBe('cellar.1')
  for (const text of ['', '\n', 'two words', 'x'.repeat(65), '\0\0\0']) {
    writeFileSync(join(directory, 'agent-id'), text)
    const id = ensureAgentId(directory)
    expect(id).not.toBe(text)
    expect(readFileSync(join(directory, 'agent-id'), 'utf8')).toBe(`${id}\n`)
  }
})

it('throws where it cannot be written', () => {
  expect(() => ensureAgentId(join(directory, 'absent'))).toThrow('ENOENT')
})
