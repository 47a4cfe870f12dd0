import { Counter, Gauge, Registry } from 'prom-client'
import type { AgentStatus, LogStatus, TargetStatus } from './status-board.ts'

/** The form of {@link renderMetrics}, for the header. */
export const METRICS_CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE

/** One value; `null`: not known yet. */
interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number | null
}

/**
 * Writes what the board says as Prometheus reads it; what is not known yet is left out. See docs/reference/metrics.md.
 * @param nowMs epoch milliseconds
 */
export async function renderMetrics(status: AgentStatus, nowMs: number): Promise<string> {
  const registry = new Registry()
  add(registry, START_TIME, [{ labels: {}, value: status.startedAtMs / 1000 }])
  for (const metric of TARGET_METRICS) {
    const samples = status.targets.map((target) => {
      return { labels: { target: target.target }, value: metric.read(target, nowMs) }
    })
    add(registry, metric, samples)
  }
  for (const metric of LOG_METRICS) {
    const samples = status.targets.flatMap(({ target, logs }) =>
      logs.map((log) => ({ labels: { target, log: log.path }, value: metric.read(log) })),
    )
    add(registry, metric, samples)
  }
  return await registry.metrics()
}

interface Metric {
  readonly name: string
  readonly help: string
}

const START_TIME: Metric = {
  name: 'honeyjam_agent_start_time_seconds',
  help: 'When the agent began, in seconds since 1970.',
}

const TARGET_METRICS: readonly (Metric & {
  readonly read: (target: TargetStatus, nowMs: number) => number | null
})[] = [
  {
    name: 'honeyjam_agent_waiting_addresses',
    help: 'Addresses on disk that the target has not taken yet.',
    read: ({ waitingAddresses }) => waitingAddresses,
  },
  {
    name: 'honeyjam_agent_requests_total',
    help: 'Reports sent, since the state directory was made.',
    read: ({ totals }) => totals.requests,
  },
  {
    name: 'honeyjam_agent_reports_taken_total',
    help: 'Reports that the target took, since the state directory was made.',
    read: ({ totals }) => totals.batches,
  },
  {
    name: 'honeyjam_agent_addresses_taken_total',
    help: 'Addresses in the reports that the target took, since the state directory was made.',
    read: ({ totals }) => totals.addresses,
  },
  {
    name: 'honeyjam_agent_last_acknowledgement_time_seconds',
    help: 'When the target took a report last, in seconds since 1970; absent before the first since the start.',
    read: ({ lastAcknowledgementAtMs }) => secondsOf(lastAcknowledgementAtMs),
  },
  {
    name: 'honeyjam_agent_failures_in_a_row',
    help: 'Reports refused or failed since the target took one last.',
    read: ({ failuresInARow }) => failuresInARow,
  },
  {
    name: 'honeyjam_agent_failing_seconds',
    help: 'For how long no report has been taken although one was sent; 0 when the last one was.',
    read: ({ failingSinceMs }, nowMs) =>
      failingSinceMs === null ? 0 : Math.max(0, nowMs - failingSinceMs) / 1000,
  },
]

const LOG_METRICS: readonly (Metric & { readonly read: (log: LogStatus) => number | null })[] = [
  {
    name: 'honeyjam_agent_log_lag_bytes',
    help: 'Bytes that stand in the log behind what was read; absent until it is read.',
    read: ({ lagBytes }) => lagBytes,
  },
  {
    name: 'honeyjam_agent_log_lines_total',
    help: 'Lines read since the start.',
    read: ({ lines }) => lines,
  },
  {
    name: 'honeyjam_agent_log_tracked_events_total',
    help: 'Events of a tracked kind read since the start.',
    read: ({ trackedEvents }) => trackedEvents,
  },
  {
    name: 'honeyjam_agent_log_last_line_time_seconds',
    help: 'When a line came in last, in seconds since 1970; absent before the first since the start.',
    read: ({ lastLineAtMs }) => secondsOf(lastLineAtMs),
  },
  {
    name: 'honeyjam_agent_log_last_event_time_seconds',
    help: 'The newest time in a tracked event, in seconds since 1970; absent before the first since the start.',
    read: ({ lastEventAtMs }) => secondsOf(lastEventAtMs),
  },
]

/** What only grows ends in `_total`. */
function add(registry: Registry, { name, help }: Metric, samples: readonly Sample[]): void {
  const labelNames = Object.keys(samples[0]?.labels ?? {})
  const form = { name, help, labelNames, registers: [registry] }
  const metric = name.endsWith('_total') ? new Counter(form) : new Gauge(form)
  for (const { labels, value } of samples) if (value !== null) metric.inc(labels, value)
}

function secondsOf(milliseconds: number | null): number | null {
  return milliseconds === null ? null : milliseconds / 1000
}
