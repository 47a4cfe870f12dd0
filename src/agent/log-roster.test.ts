import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { captureLog } from '../../test/support/captured-logger.ts'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { LogRoster, MAX_MATCHING_LOGS } from './log-roster.ts'

let directory: string
let stop: AbortController
let clock: ManualClock
beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'honeyjam-roster-')))
  stop = new AbortController()
  clock = new ManualClock()
})
afterEach(() => rmSync(directory, { recursive: true }))

function make(name: string): string {
  writeFileSync(join(directory, name), '')
  return join(directory, name)
}

function open(logPaths: readonly string[] = []) {
  const { logger, lines } = captureLog()
  const roster = new LogRoster({ logPaths, logPatterns: [join(directory, '*.json*')], clock, logger })
  return { roster, lines }
}

it('gives each log to everybody who asks, and then those that appear', async () => {
  const first = make('a.json')
  const lookedAtMs = clock.nowMs()
  const { roster, lines } = open(['/named'])
  await roster.look()
  const [one, other] = [roster.each(stop.signal), roster.each(stop.signal)]
  for (const each of [one, other]) {
    expect(await each.next()).toMatchObject({ value: { path: '/named', absentAtMs: undefined } })
    expect(await each.next()).toMatchObject({ value: { path: first, absentAtMs: undefined } })
  }
  const looking = roster.keepLooking(stop.signal)
  const next = [one.next(), other.next()]
  const second = make('b.json')
  await clock.untilSleeping()
  await clock.advance(10_000)
  expect(await Promise.all(next)).toMatchObject([
    { value: { path: second, absentAtMs: lookedAtMs } },
    { value: { path: second, absentAtMs: lookedAtMs } },
  ])
  expect(roster.paths).toEqual(['/named', first, second])
  expect(lines.map(({ log }) => log)).toEqual([second])
  stop.abort()
  await looking
  expect(await one.next()).toMatchObject({ done: true })
})

it('says so when nothing matches', async () => {
  const { roster, lines } = open()
  await roster.look()
  await roster.look()
  expect(lines.map(({ msg }) => msg)).toEqual(['no log matches log_path yet, waiting for one to appear'])
})

it('keeps a log that is gone, and takes the file it was renamed to for no other one', async () => {
  const log = make('a.json')
  const { roster } = open()
  await roster.look()
  rmSync(log)
  make('a.json.2026-11-24')
  await roster.look()
  expect(roster.paths).toEqual([log])
})

it('takes no more than it can follow, and says so once', async () => {
  for (let i = 0; i <= MAX_MATCHING_LOGS; i += 1) make(`${1000 + i}.json`)
  const { roster, lines } = open(['/named'])
  await roster.look()
  await roster.look()
  expect(roster.paths).toHaveLength(1 + MAX_MATCHING_LOGS)
  expect(lines.map(({ log }) => log)).toEqual([join(directory, `${1000 + MAX_MATCHING_LOGS}.json`)])
})
