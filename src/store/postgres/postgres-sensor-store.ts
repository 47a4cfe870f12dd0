import type { Sensor, SensorChanges, SensorStore } from '../../sensors/index.ts'
import type { Pool } from './connect.ts'
import { postgresError } from './postgres-error.ts'
import { SENSORS } from './row-tables.ts'

/** Agents in PostgreSQL. */
export class PostgresSensorStore implements SensorStore {
  readonly isShared = true
  readonly #pool: Pool

  constructor(pool: Pool) {
    this.#pool = pool
  }

  async loadSensors(): Promise<readonly Sensor[]> {
    try {
      return await SENSORS.select(this.#pool)
    } catch (error) {
      throw postgresError('agents', error)
    }
  }

  async writeSensors({ seen, gone }: SensorChanges): Promise<void> {
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw postgresError('agents', error)
    })
    try {
      await client.query('BEGIN')
      await SENSORS.write(client, seen)
      await SENSORS.delete(client, gone)
      await client.query('COMMIT')
      client.release()
    } catch (error) {
      client.release(true)
      throw postgresError('agents', error)
    }
  }
}
