import { z } from 'zod'

const instantMs = z.number()
const count = z.number()

const LogRecord = z.object({
  path: z.string(),
  last_line_at_ms: instantMs.nullable(),
  last_event_at_ms: instantMs.nullable(),
  lag_bytes: count.nullable(),
  lines: count,
  tracked_events: count,
})

const TargetRecord = z.object({
  target: z.string(),
  logs: z.array(LogRecord),
  waiting_addresses: count,
  gathering: z.object({ addresses: count, due_at_ms: instantMs }).nullable(),
  totals: z.object({ requests: count, batches: count, addresses: count }),
  last_acknowledgement_at_ms: instantMs.nullable(),
  last_failure: z
    .object({
      at_ms: instantMs,
      kind: z.enum(['limited', 'refused', 'failed']),
      status: z.number().nullable(),
      reason: z.string(),
    })
    .nullable(),
  failures_in_a_row: count,
  failing_since_ms: instantMs.nullable(),
  next_attempt_at_ms: instantMs.nullable(),
  wait_reason: z.enum(['limit', 'asked', 'failed', 'refused']).nullable(),
})

/** What stands in `status.json`, see docs/reference/agent-state.md; times are epoch milliseconds. */
export const StatusRecord = z.object({
  version: z.literal(1),
  state: z.enum(['running', 'stopped']),
  pid: z.number(),
  started_at_ms: instantMs,
  written_at_ms: instantMs,
  targets: z.array(TargetRecord),
})
export type StatusRecord = z.infer<typeof StatusRecord>
