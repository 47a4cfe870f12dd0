import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { createProgressDisplay, renderProgress } from './once-progress.ts'

it('says how much is read', () => {
  const reading = { phase: 'reading', file: '/var/log/cowrie.json', distinctAddresses: 1204 } as const
  expect(renderProgress({ ...reading, bytesRead: 50, bytesTotal: 200 }, 0)).toBe(
    'reading    ████░░░░░░░░░░░░  25 %  cowrie.json  1,204 addresses',
  )
  expect(renderProgress({ ...reading, file: '-', bytesRead: 50, bytesTotal: undefined }, 0)).toBe(
    'reading    standard input  1,204 addresses',
  )
  expect(renderProgress({ ...reading, bytesRead: 0, bytesTotal: 0 }, 0)).toContain('100 %')
})

it('says how much is reported, and what it waits for', () => {
  const delivering = {
    phase: 'delivering',
    waitingAddresses: 9000,
    deliveredAddresses: 3000,
    requests: 3,
  } as const
  expect(renderProgress({ ...delivering, waiting: undefined }, 0)).toBe(
    'reporting  ████░░░░░░░░░░░░  25 %  3,000 of 12,000 addresses',
  )
  expect(renderProgress({ ...delivering, waiting: { untilMs: 42_100, reason: 'limit' } }, 1000)).toMatch(
    /, next in 42 s \(limit of requests a minute\)$/,
  )
})

it('leaves nothing in place on a terminal when it is closed', () => {
  const stream = new PassThrough()
  createProgressDisplay({ stream, isTerminal: true }).close()
  expect(String(stream.read())).toBe('\r\u001b[2K')
})
