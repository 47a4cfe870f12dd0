import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readCertificates } from './certificates.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-certificates-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

it('gives the text of a file that holds certificates', () => {
  const path = join(directory, 'ca.pem')
  const text = '# ours\n-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'
  writeFileSync(path, text)
  expect(readCertificates(path)).toBe(text)
})

it.each(['', 'MIIB', '-----BEGIN PRIVATE KEY-----\nhunter2'])('refuses a file without any: %j', (text) => {
  const path = join(directory, 'ca.pem')
  writeFileSync(path, text)
  expect(() => readCertificates(path)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  expect(() => readCertificates(path)).not.toThrow('hunter2')
})

it('says which file is missing', () => {
  expect(() => readCertificates(join(directory, 'none.pem'))).toThrow(
    /none\.pem cannot be read: there is no such file/,
  )
})
