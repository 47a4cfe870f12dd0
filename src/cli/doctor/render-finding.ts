import { escapeText } from '../escape-text.ts'
import type { Look, Output } from '../output.ts'
import type { CheckedFinding, FindingStatus } from './finding.ts'

type Style = Output['style']

const LOOKS: Readonly<Record<FindingStatus, Look>> = {
  ok: 'green',
  warning: 'yellow',
  failed: 'red',
  skipped: 'dim',
}
const STATUS_WIDTH = 'warning'.length
const NAME_WIDTH = 'configuration'.length
const MARGIN = ' '.repeat(STATUS_WIDTH + NAME_WIDTH + 4)
/** A line of a server's or an attacker's that is longer says no more. */
const MAX_LINE = 500

/** The lines of one finding for people; foreign text is escaped. */
export function renderFinding(
  { status, check, found, details = [], help }: CheckedFinding,
  style: Style,
): string {
  const word = style(LOOKS[status], status.padEnd(STATUS_WIDTH))
  const lines = [`${word}  ${check.padEnd(NAME_WIDTH)}  ${escapeText(found, MAX_LINE)}`]
  for (const detail of details) lines.push(`${MARGIN}${escapeText(detail, MAX_LINE)}`)
  if (help !== undefined && help !== '') lines.push(`${MARGIN}→ ${escapeText(help, MAX_LINE)}`)
  return lines.join('\n')
}

/** The last line: how many of each, and what that means. */
export function renderVerdict(findings: readonly CheckedFinding[], style: Style): string {
  const count = (status: FindingStatus) => findings.filter((finding) => finding.status === status).length
  const counts = (['ok', 'warning', 'failed', 'skipped'] as const)
    .filter((status) => count(status) > 0)
    .map((status) => `${count(status)} ${status}`)
    .join(', ')
  if (count('failed') > 0) return `${style('red', 'It will not work like this.')} (${counts})`
  if (count('warning') > 0) return `${style('yellow', 'It works; look at the warnings.')} (${counts})`
  return `${style('green', 'It works.')} (${counts})`
}
