import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { isLoopbackUrl, localServiceUrl, reportUrlOf } from './connect.ts'
import { readServiceFile, removeServiceFile, writeServiceFile } from './service-file.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

it.each(['http://127.0.0.1:8088', 'http://127.0.0.1:8088/v1/ip/'])('reports go below %s', (given) => {
  expect(reportUrlOf(given)).toBe('http://127.0.0.1:8088/v1/ip')
})

it('knows the URLs of this machine', () => {
  expect(isLoopbackUrl('http://[::1]:8088')).toBe(true)
  expect(isLoopbackUrl('http://127.0.0.1.example.org')).toBe(false)
  expect(isLoopbackUrl('not a url')).toBe(false)
})

it('finds a running service by the file it writes, and the default one without', () => {
  expect(localServiceUrl(directory)).toBe('http://127.0.0.1:8088')
  writeServiceFile(directory, { url: 'http://127.0.0.1:9999', pid: 7 })
  expect(readServiceFile(directory)).toEqual({ url: 'http://127.0.0.1:9999', pid: 7 })
  expect(localServiceUrl(directory)).toBe('http://127.0.0.1:9999')
  removeServiceFile(directory)
  expect(localServiceUrl(directory)).toBe('http://127.0.0.1:8088')
})

it.each(['', '{"url":', '[]', '{"url":7,"pid":8}'])('takes %j for no file', (text) => {
  writeFileSync(join(directory, 'service.json'), text)
  expect(localServiceUrl(directory)).toBe('http://127.0.0.1:8088')
})
