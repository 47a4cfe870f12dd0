import { type Clock, HoneyjamError, type Logger, WriteBehind } from '../runtime/index.ts'
import type { Heartbeat, Sensor, SensorId, SensorStore } from './ports.ts'
import { MAX_SENSORS, SensorTable } from './sensor-table.ts'
import { FORGET_AFTER_MS, type Sensors } from './sensors.ts'

/** When an agent was last seen is worth losing half a minute of, and not a flush for every heartbeat. */
const WRITE_EVERY_MS = 30_000

export interface OpenSensorsOptions {
  readonly store: SensorStore
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Loads the agents and writes what changes behind, at most every 30 s and at the end. What other processes on the same store
 * were told is read as often.
 * @throws HoneyjamError STORE_UNAVAILABLE
 */
export async function openSensors(options: OpenSensorsOptions): Promise<Sensors> {
  return new MemorySensors(options, await options.store.loadSensors())
}

class MemorySensors implements Sensors {
  readonly #options: OpenSensorsOptions
  readonly #table = new SensorTable()
  /** What the store does not have yet, by account and agent. */
  readonly #changed = new Map<string, SensorId>()
  readonly #displacedByAccount = new Map<number, number>()
  readonly #behind: WriteBehind

  constructor(options: OpenSensorsOptions, loaded: readonly Sensor[]) {
    this.#options = options
    for (const sensor of loaded.toSorted((a, b) => a.lastSeenAtMs - b.lastSeenAtMs)) this.#table.note(sensor)
    this.#behind = new WriteBehind({
      ...options,
      everyMs: WRITE_EVERY_MS,
      write: () => this.#write(),
      failing: 'when agents were last seen is not written, will retry',
    })
  }

  note(heartbeat: Heartbeat, { accountId, keyId, nowMs }: Parameters<Sensors['note']>[1]): void {
    const sensor = { ...heartbeat, accountId, keyId, lastSeenAtMs: nowMs }
    const displaced = this.#table.note(sensor)
    this.#mark(sensor)
    if (displaced !== undefined) this.#countDisplaced(displaced)
  }

  list(accountId: number, nowMs: number): readonly Sensor[] {
    return this.#table.list(accountId).filter(({ lastSeenAtMs }) => lastSeenAtMs >= nowMs - FORGET_AFTER_MS)
  }

  displaced(accountId: number): number {
    return this.#displacedByAccount.get(accountId) ?? 0
  }

  close(): Promise<void> {
    return this.#behind.close()
  }

  async #write(): Promise<void> {
    const { store, clock } = this.#options
    await this.#readOthers()
    for (const gone of this.#table.forgetUnseen(clock.nowMs() - FORGET_AFTER_MS)) this.#mark(gone)
    if (this.#changed.size === 0) return
    const changed = [...this.#changed.values()]
    this.#changed.clear()
    const seen = changed.map((id) => this.#table.find(id)).filter((sensor) => sensor !== undefined)
    const gone = changed.filter((id) => this.#table.find(id) === undefined)
    try {
      await store.writeSensors({ seen, gone })
    } catch (error) {
      for (const id of changed) this.#mark(id)
      throw error
    }
  }

  /** What came in by way of other processes; what is newer here stays. */
  async #readOthers(): Promise<void> {
    const { store } = this.#options
    if (!store.isShared) return
    const loaded = await store.loadSensors().catch((error: unknown) => {
      if (!(error instanceof HoneyjamError)) throw error
      // the write that follows tells of it
      return []
    })
    for (const sensor of loaded.toSorted((a, b) => a.lastSeenAtMs - b.lastSeenAtMs)) {
      const known = this.#table.find(sensor)
      if (known === undefined || known.lastSeenAtMs < sensor.lastSeenAtMs) this.#table.note(sensor)
    }
  }

  #mark({ accountId, agentId }: SensorId): void {
    this.#changed.set(`${accountId} ${agentId}`, { accountId, agentId })
  }

  #countDisplaced(displaced: SensorId): void {
    const { accountId } = displaced
    this.#mark(displaced)
    if (!this.#displacedByAccount.has(accountId)) {
      this.#options.logger.warn(
        { accountId },
        `the account has more than ${MAX_SENSORS} agents: those longest unseen are forgotten`,
      )
    }
    this.#displacedByAccount.set(accountId, this.displaced(accountId) + 1)
  }
}
