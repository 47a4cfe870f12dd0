import type { Heartbeat, Sensor } from './ports.ts'

/** The agents that said they are alive, answered from memory. No call on one account shows anything of another. */
export interface Sensors {
  /** Takes in a heartbeat that came with this key at this moment. It is written to the store within half a minute. */
  note(
    heartbeat: Heartbeat,
    from: { readonly accountId: number; readonly keyId: number; readonly nowMs: number },
  ): void
  /** The account's agents, the one seen last first; those unseen for {@link FORGET_AFTER_MS} are left out. */
  list(accountId: number, nowMs: number): readonly Sensor[]
  /** How many agents of the account had to make room for others since the start. */
  displaced(accountId: number): number
  /** Writes what is not written yet; a store that does not take it is logged. */
  close(): Promise<void>
}

/** An agent that was not seen for so long is forgotten: 90 days. */
export const FORGET_AFTER_MS = 90 * 86_400_000
