/** What an agent says of itself. Times are epoch milliseconds by its own clock. */
export interface Heartbeat {
  /** Chosen by the agent; means nothing outside its account. */
  readonly agentId: string
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

/** Which agent of which account. */
export interface SensorId {
  readonly accountId: number
  readonly agentId: string
}

/** An agent by its last heartbeat. */
export interface Sensor extends Heartbeat, SensorId {
  /** The key it came with. */
  readonly keyId: number
  /** By the service's clock. */
  readonly lastSeenAtMs: number
}

/** What has changed since it was written last; no agent stands in both. */
export interface SensorChanges {
  readonly seen: readonly Sensor[]
  readonly gone: readonly SensorId[]
}

/** Where agents are remembered. Held by `test/contracts/sensor-store.ts`. */
export interface SensorStore {
  /** Whether other processes write here as well. */
  readonly isShared: boolean
  /** All of them, in no order. */
  loadSensors(): Promise<readonly Sensor[]>
  /**
   * Writes all of it or nothing; a repeat changes nothing. What is gone need not be there.
   * @throws HoneyjamError STORE_UNAVAILABLE nothing was written
   */
  writeSensors(changes: SensorChanges): Promise<void>
}
