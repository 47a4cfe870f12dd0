import type { Member } from './ports.ts'

/** An agent by its last heartbeat. Times are epoch milliseconds by its own clock, but for the one of {@link Member}. */
export interface Sensor extends Member {
  /** Of its host. */
  readonly name: string
  readonly version: string
  readonly startedAtMs: number
  readonly lastLineReadAtMs: number | null
  /** The newest time in a tracked event. */
  readonly lastEventAtMs: number | null
  readonly lagBytes: number
  readonly waitingAddresses: number
  readonly lastAcknowledgedAtMs: number | null
  /** Written by whoever the agent spoke to: foreign text. */
  readonly lastError: string | null
}
