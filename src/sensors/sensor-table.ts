import type { Sensor, SensorId } from './ports.ts'

/** Agents an account may have; the next one takes the place of the one longest unseen. */
export const MAX_SENSORS = 1000

/** The agents of all accounts, each account apart. */
export class SensorTable {
  readonly #sensorsByAccount = new Map<number, Map<string, Sensor>>()

  /** Takes in what an agent said last. @returns the agent that had to make room for it */
  note(sensor: Sensor): SensorId | undefined {
    const sensors = this.#sensorsOf(sensor.accountId)
    sensors.delete(sensor.agentId)
    sensors.set(sensor.agentId, sensor)
    if (sensors.size <= MAX_SENSORS) return undefined
    // what other processes heard comes later than it was seen, so that the order of arrival says nothing
    const longestUnseen = [...sensors.values()].reduce((oldest, each) =>
      each.lastSeenAtMs < oldest.lastSeenAtMs ? each : oldest,
    )
    sensors.delete(longestUnseen.agentId)
    return longestUnseen
  }

  find({ accountId, agentId }: SensorId): Sensor | undefined {
    return this.#sensorsByAccount.get(accountId)?.get(agentId)
  }

  /** The agents of one account, the one seen last first. */
  list(accountId: number): readonly Sensor[] {
    const sensors = [...(this.#sensorsByAccount.get(accountId)?.values() ?? [])].toReversed()
    return sensors.toSorted((a, b) => b.lastSeenAtMs - a.lastSeenAtMs)
  }

  /** Removes the agents that were not seen since then. @returns those it removed */
  forgetUnseen(sinceMs: number): readonly SensorId[] {
    const all = [...this.#sensorsByAccount.values()].flatMap((sensors) => [...sensors.values()])
    const gone = all.filter(({ lastSeenAtMs }) => lastSeenAtMs < sinceMs)
    for (const { accountId, agentId } of gone) this.#sensorsByAccount.get(accountId)?.delete(agentId)
    return gone
  }

  #sensorsOf(accountId: number): Map<string, Sensor> {
    const known = this.#sensorsByAccount.get(accountId)
    if (known !== undefined) return known
    const sensors = new Map<string, Sensor>()
    this.#sensorsByAccount.set(accountId, sensors)
    return sensors
  }
}
