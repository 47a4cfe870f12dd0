import { expect, it } from 'vitest'
import type { OnceSummary } from '../agent/index.ts'
import { renderSummary, summaryToJson } from './once-summary.ts'

const tally = {
  lines: 1200,
  blankLines: 1,
  events: 1198,
  unparsableLines: 1,
  bytes: 450_000,
  trackedEvents: 300,
  distinctAddresses: 42,
  reportableAddresses: 40,
  skipped: { private: { events: 7, addresses: 2 }, unparsable: { events: 1, addresses: 0 } },
}
const summary: OnceSummary = {
  files: [{ path: '/logs/a\u001bb.json', isDone: true, ...tally }],
  total: tally,
  reportedAddresses: 40,
  waitingAddresses: 0,
  requests: 1,
  seconds: 0.34,
  isFinished: true,
}

it('sums up for people', () => {
  expect(renderSummary(summary).split('\n')).toEqual([
    'files       /logs/a\\x1bb.json',
    'lines       1,200 (0.5 MB)',
    'unparsable  1',
    'events      1,198',
    'tracked     300',
    'distinct    42 addresses',
    'skipped     7 events from private or reserved addresses, 2 addresses',
    '            1 event with a source that is no address',
    'reported    40 addresses in 1 request',
    'time        0.3 s',
  ])
})

it('says that a cut run can go on', () => {
  expect(renderSummary({ ...summary, isFinished: false, waitingAddresses: 12 })).toMatch(
    /^waiting +12 addresses; the same command goes on$/m,
  )
})

it('sums up for scripts, each file as well', () => {
  const counts = {
    lines: 1200,
    blank_lines: 1,
    unparsable_lines: 1,
    bytes: 450_000,
    events: 1198,
    tracked: 300,
    distinct: 42,
    reportable: 40,
    skipped: tally.skipped,
  }
  expect(summaryToJson(summary)).toEqual({
    ...counts,
    reported: 40,
    waiting: 0,
    requests: 1,
    seconds: 0.34,
    finished: true,
    files: [{ file: '/logs/a\u001bb.json', done: true, ...counts }],
  })
})
