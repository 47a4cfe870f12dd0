import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadAgentSetup } from './agent-setup.ts'
import type { Context } from './context.ts'
import { chooseLogs, currentLogs, describeLogs, describeUnseen } from './find-logs.ts'

let directory: string
beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'honeyjam-logs-')))
})
afterEach(() => rmSync(directory, { recursive: true }))

function setupWith(logPath: string) {
  const file = join(directory, 'cowrie.cfg')
  writeFileSync(file, `[output_threatjammer]\nlog_path = ${logPath}\n`)
  return loadAgentSetup({ cowrieConfig: [file] }, { environment: {} } as Context)
}

it('a pattern stands for the logs that match now and for those to come', () => {
  const setup = setupWith(`${directory}/*/cowrie.json, /named.json`)
  const logs = chooseLogs(setup)!
  const pattern = join(directory, '*', 'cowrie.json')
  expect(logs).toMatchObject({ paths: ['/named.json'], patterns: [pattern] })
  expect(currentLogs(logs)).toEqual(['/named.json'])
  mkdirSync(join(directory, 'a'))
  const log = join(directory, 'a', 'cowrie.json')
  writeFileSync(log, '')
  expect(currentLogs(logs)).toEqual(['/named.json', log])
  expect(describeLogs(logs)).toBe(
    `/named.json\n${log}\nand what else will match ${pattern}\n(log_path in [output_threatjammer])`,
  )
})

it('a log that is named and matches is followed once', () => {
  const log = join(directory, 'cowrie.json')
  writeFileSync(log, '')
  expect(currentLogs(chooseLogs(setupWith(`${directory}/*.json, ${log}`))!)).toEqual([log])
})

it('an option wins over the configuration', () => {
  expect(chooseLogs(setupWith('/a.json'), ['/b.json'])).toEqual({
    paths: ['/b.json'],
    patterns: [],
    reason: '--log',
  })
})

it('nothing is said of closed directories when this user could look everywhere', () => {
  expect(describeUnseen([])).toBeUndefined()
})

it('each directory this user could not look into is named once', () => {
  const sentence = describeUnseen(['/one/etc/cowrie.cfg', '/one/etc/cowrie.cfg.dist', '/two/cowrie.cfg'])
  expect(sentence).toContain(' /one/etc, /two: ')
})
