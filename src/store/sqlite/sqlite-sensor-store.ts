import type { Sensor, SensorChanges, SensorStore } from '../../sensors/index.ts'
import type { TablesCalls } from './tables-worker.ts'
import type { WorkerClient } from './worker-client.ts'

/** Agents in `honeyjam.db`, by way of the worker thread of the tables. */
export class SqliteSensorStore implements SensorStore {
  readonly isShared = false
  readonly #worker: WorkerClient<TablesCalls>

  constructor(worker: WorkerClient<TablesCalls>) {
    this.#worker = worker
  }

  loadSensors(): Promise<readonly Sensor[]> {
    return this.#worker.call('loadSensors', undefined)
  }

  writeSensors(changes: SensorChanges): Promise<void> {
    return this.#worker.call('writeSensors', changes)
  }
}
