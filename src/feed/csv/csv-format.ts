import type { Entry } from '../../denylist/index.ts'
import { isIpv4 } from '../../ip/index.ts'
import type { FeedFormat } from '../feed-format.ts'
import { renderEach } from '../render-each.ts'

const COLUMNS = ['address', 'dataset', 'protocol', 'total_reports', 'last_report', 'expiry', 'tags']

/**
 * RFC 4180 with a header: one row an address, times in epoch milliseconds, tags in one cell with spaces between.
 *
 * No cell can start a formula in a spreadsheet: addresses are canonical and begin with a digit, a letter a to f or a colon,
 * names of datasets and tags match `[A-Z0-9_-]` with no hyphen in front, and all else is a number. So nothing is escaped
 * for spreadsheets, which would spoil the values for programs.
 */
export const csvFormat: FeedFormat = {
  mediaType: 'text/csv; charset=utf-8; header=present',
  isSingleProtocol: false,
  render: renderCsv,
}

function* renderCsv(entries: Iterable<Entry | undefined>): Generator<string> {
  yield row(COLUMNS)
  yield* renderEach(entries, (entry) => row(cellsOf(entry)))
}

function cellsOf(entry: Entry): string[] {
  return [
    entry.address,
    entry.dataset,
    isIpv4(entry.address) ? 'IPV4' : 'IPV6',
    String(entry.totalReports),
    String(entry.lastReportMs),
    String(entry.expiresAtMs),
    entry.tags.join(' '),
  ]
}

function row(cells: readonly string[]): string {
  return `${cells.map(quoteCell).join(',')}\r\n`
}

/** RFC 4180 section 2.5 to 2.7: quotes only where the value needs them. */
export function quoteCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
