import type { OnceSummary, OnceTally, SkippedTally, SkipReason } from '../agent/index.ts'
import { escapeText } from './escape-text.ts'
import { formatCount } from './format-count.ts'
import { renderPairs } from './table.ts'

const WORDS_FOR_REASON: Readonly<Record<SkipReason, string>> = {
  'not-tracked': 'of no interest',
  'no-address': 'without a source address',
  unparsable: 'with a source that is no address',
  'never-a-source': 'from addresses no packet can come from',
  private: 'from private or reserved addresses',
  excluded: 'from excluded addresses',
}

/** Lays out what a run did, for people. */
export function renderSummary(summary: OnceSummary): string {
  const { total, files, reportedAddresses, waitingAddresses, requests, seconds, isFinished } = summary
  const pairs: [string, string][] = [
    ['files', files.length === 1 ? escapeText(files[0]!.path) : formatCount(files.length)],
    ['lines', `${formatCount(total.lines)} (${megabytes(total.bytes)})`],
    ['unparsable', formatCount(total.unparsableLines)],
    ['events', formatCount(total.events)],
    ['tracked', formatCount(total.trackedEvents)],
    ['distinct', addresses(total.distinctAddresses)],
    ['skipped', renderSkipped(total)],
    ['reported', `${addresses(reportedAddresses)} in ${counted(requests, 'request')}`],
    ['time', `${seconds.toFixed(1)} s`],
  ]
  if (!isFinished) pairs.push(['waiting', `${addresses(waitingAddresses)}; the same command goes on`])
  return renderPairs(pairs)
}

/** What a run did, for scripts. */
export function summaryToJson(summary: OnceSummary): object {
  const { total, files, reportedAddresses, waitingAddresses, requests, seconds, isFinished } = summary
  return {
    ...tallyToJson(total),
    reported: reportedAddresses,
    waiting: waitingAddresses,
    requests,
    seconds,
    finished: isFinished,
    files: files.map(({ path, isDone, ...tally }) => ({ file: path, done: isDone, ...tallyToJson(tally) })),
  }
}

function tallyToJson(tally: OnceTally): object {
  return {
    lines: tally.lines,
    blank_lines: tally.blankLines,
    unparsable_lines: tally.unparsableLines,
    bytes: tally.bytes,
    events: tally.events,
    tracked: tally.trackedEvents,
    distinct: tally.distinctAddresses,
    reportable: tally.reportableAddresses,
    skipped: tally.skipped,
  }
}

function renderSkipped({ skipped }: OnceTally): string {
  const entries = Object.entries(skipped) as [SkipReason, SkippedTally][]
  if (entries.length === 0) return 'nothing'
  return entries
    .map(([reason, tally]) => {
      const distinct = tally.addresses === 0 ? '' : `, ${addresses(tally.addresses)}`
      return `${counted(tally.events, 'event')} ${WORDS_FOR_REASON[reason]}${distinct}`
    })
    .join('\n')
}

function addresses(value: number): string {
  return value === 1 ? '1 address' : `${formatCount(value)} addresses`
}

function counted(value: number, noun: string): string {
  return value === 1 ? `1 ${noun}` : `${formatCount(value)} ${noun}s`
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
