import { randomUUID } from 'node:crypto'
import type { Report } from '../../client/index.ts'

/**
 * An address whose listing harms nobody: in 192.31.196.0/24, the AS112 sink of RFC 7535, which answers stray DNS questions and
 * never opens a connection to anybody. It is public by its class, so a service takes it like any other, and it is not that of
 * a name server.
 */
export const CANARY_ADDRESS = '192.31.196.222'

const DAY_MS = 86_400_000

/**
 * A report that cannot block: it was seen a day ago and stays for one second, so it is history when it arrives. A foreign service
 * that knows no `observed_at` would keep it for that second.
 */
export function canaryReport(category: string, nowMs: number): Report {
  return {
    addresses: [CANARY_ADDRESS],
    type: category,
    ttlSeconds: 1,
    tags: ['HONEYJAM-CANARY'],
    observedAtMs: [nowMs - DAY_MS],
  }
}

/** Of its own for each run: a repeated one would be answered without going the whole way. */
export function canaryKey(): string {
  return `honeyjam-doctor-${randomUUID()}`
}
