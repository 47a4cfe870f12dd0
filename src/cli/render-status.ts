import type { AgentProblem, FoundState, StatusRecord } from '../agent/index.ts'
import { escapeText } from './escape-text.ts'
import { formatCount } from './format-count.ts'
import { formatInstant, formatSpan } from './format-time.ts'
import type { AgentReport } from './inspect-agent.ts'
import { indent, renderPairs } from './table.ts'

type Target = StatusRecord['targets'][number]
type Log = Target['logs'][number]
type Pair = readonly [name: string, value: string]

/** What a person reads of an agent: first whether all is well, then log by log and target by target. */
export function renderStatus(report: AgentReport, nowMs: number): string {
  const { record, health, directory } = report
  const head = renderPairs([
    ['agent', stateLine(report, nowMs)],
    [
      'health',
      health.isHealthy ? 'good' : health.problems.map((problem) => problemLine(problem, nowMs)).join('\n'),
    ],
    ['state', escapeText(directory)],
    ...(health.isRunning ? [] : leftPairs(report.left)),
  ])
  const targets = (record?.targets ?? []).map((target) => renderTarget(target, health.isRunning, nowMs))
  return [head, ...targets].join('\n\n')
}

function stateLine({ health, pid, record }: AgentReport, nowMs: number): string {
  if (health.isRunning) {
    const since = record?.state === 'running' ? `, since ${instant(record.started_at_ms, nowMs)}` : ''
    return `running${pid === undefined ? '' : `, process ${pid}`}${since}`
  }
  if (record === undefined) return 'not running'
  const word = record.state === 'stopped' ? 'stopped' : 'ended without a word, last seen'
  return `not running: ${word} ${instant(record.written_at_ms, nowMs)}`
}

function problemLine(problem: AgentProblem, nowMs: number): string {
  if (problem.kind === 'not-running') return 'no agent runs on this state directory'
  if (problem.kind === 'failing') {
    return `${escapeText(problem.target)} has taken no report for ${formatSpan(nowMs - problem.sinceMs)}`
  }
  const since = problem.sinceMs === undefined ? '' : ` since ${instant(problem.sinceMs, nowMs)}`
  return `the agent has not written its status${since}`
}

/** What an agent that runs says itself. */
function leftPairs(left: readonly FoundState[]): Pair[] {
  if (left.length === 0) return [['waiting', 'nothing']]
  const lines = left.map(({ target, waitingAddresses }) => {
    return `${addresses(waitingAddresses)}${target === undefined ? '' : ` for ${escapeText(target)}`}`
  })
  return [['waiting', `${lines.join('\n')}\n(kept on disk, sent at the next start)`]]
}

function renderTarget(target: Target, isRunning: boolean, nowMs: number): string {
  const { totals } = target
  const pairs: Pair[] = [
    ...(isRunning ? [['waiting', addresses(target.waiting_addresses)] as const] : []),
    [
      'taken',
      `${addresses(totals.addresses)} in ${formatCount(totals.batches)} ${totals.batches === 1 ? 'report' : 'reports'} (${formatCount(totals.requests)} sent)`,
    ],
    ['last taken', instantOr('nothing yet', target.last_acknowledgement_at_ms, nowMs)],
    ['last error', failureLine(target, nowMs)],
    ...(isRunning ? [['next report', nextLine(target, nowMs)] as const] : []),
  ]
  const logs = target.logs.map((log) => renderLog(log, nowMs))
  return [`reports to ${escapeText(target.target)}`, indent(renderPairs(pairs)), ...logs.map(indent)].join(
    '\n',
  )
}

function failureLine({ last_failure: failure, failures_in_a_row: row }: Target, nowMs: number): string {
  if (failure === null) return 'none'
  const status = failure.status === null ? '' : ` ${failure.status}`
  const inARow = row > 1 ? `, ${formatCount(row)} in a row` : ''
  return `${failure.kind}${status} ${ago(failure.at_ms, nowMs)}${inARow}\n${escapeText(failure.reason, LONGEST_REASON)}`
}

const LONGEST_REASON = 300

const WAITS_FOR: Record<NonNullable<Target['wait_reason']>, string> = {
  limit: 'requests_per_minute allows no more',
  asked: 'the service asked to wait',
  failed: 'the last report failed',
  refused: 'the last report was refused',
}

function nextLine(
  { next_attempt_at_ms: atMs, wait_reason: reason, waiting_addresses: waiting, gathering }: Target,
  nowMs: number,
): string {
  if (atMs === null || reason === null || atMs <= nowMs) {
    if (gathering !== null && gathering.due_at_ms > nowMs)
      return `in ${formatSpan(gathering.due_at_ms - nowMs)}: ${addresses(gathering.addresses)} gathered so far`
    return waiting > 0 ? 'now' : 'when there is something to report'
  }
  return `in ${formatSpan(atMs - nowMs)}: ${WAITS_FOR[reason]}`
}

function renderLog(log: Log, nowMs: number): string {
  const pairs: Pair[] = [
    ['last line', instantOr('none since the start', log.last_line_at_ms, nowMs)],
    ['last event', instantOr('none since the start', log.last_event_at_ms, nowMs)],
    ['behind', log.lag_bytes === null ? 'not read yet' : `${formatCount(log.lag_bytes)} bytes`],
    ['since start', `${formatCount(log.lines)} lines, ${formatCount(log.tracked_events)} tracked events`],
  ]
  return `log ${escapeText(log.path)}\n${indent(renderPairs(pairs))}`
}

function addresses(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'address' : 'addresses'}`
}

function instantOr(absent: string, atMs: number | null, nowMs: number): string {
  return atMs === null ? absent : instant(atMs, nowMs)
}

function instant(atMs: number, nowMs: number): string {
  return `${formatInstant(atMs)} UTC (${ago(atMs, nowMs)})`
}

/** Clocks are set back and honeypots are ahead: what lies in the future is said so. */
function ago(atMs: number, nowMs: number): string {
  return atMs > nowMs + 1000 ? `in ${formatSpan(atMs - nowMs)}` : `${formatSpan(nowMs - atMs)} ago`
}
