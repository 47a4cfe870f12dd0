import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { captureLog } from '../../test/support/captured-logger.ts'
import { createFileLogger } from './file-logger.ts'

let directory: string
let path: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-log-'))
  path = join(directory, 'access.log')
})
afterEach(() => rmSync(directory, { recursive: true }))

it('appends one object a line, to a file that others cannot read', () => {
  writeFileSync(path, 'before\n', { mode: 0o640 })
  const { log, close } = createFileLogger(path, captureLog().logger)
  log.info({ status: 200 }, 'request')
  close()
  const [first, second = ''] = readFileSync(path, 'utf8').split('\n')
  expect(first).toBe('before')
  expect(JSON.parse(second)).toMatchObject({ level: 30, status: 200, msg: 'request' })
  expect(statSync(path).mode & 0o007).toBe(0)
})

it('goes on at the start of a file that was cut off', () => {
  const { log, close } = createFileLogger(path, captureLog().logger)
  log.info('one')
  truncateSync(path)
  log.info('two')
  close()
  expect(readFileSync(path, 'utf8')).toMatch(/^\{[^\n]*"msg":"two"\}\n$/)
})

it('says which file cannot be opened', () => {
  expect(() => createFileLogger(directory, captureLog().logger)).toThrow(
    expect.objectContaining({ code: 'CONFIG_UNREADABLE', message: `${directory} cannot be written` }),
  )
})

it('warns once when the disk takes nothing, and stops nobody', () => {
  const { logger, lines } = captureLog()
  const { log, close } = createFileLogger('/dev/full', logger)
  for (let line = 0; line < 100; line++) log.info({ line }, 'request')
  close()
  expect(lines).toEqual([expect.objectContaining({ level: 40, path: '/dev/full' })])
})
