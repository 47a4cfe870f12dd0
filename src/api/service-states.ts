import { Counter, Gauge, Registry } from 'prom-client'
import { ENFORCER_STATES } from '../contract/index.ts'
import type { ApiContext } from './context.ts'

/** Reads what others keep an account of: the lists, the journal, wrong keys, the process. */
export function readStates(context: ApiContext): Registry {
  const registry = new Registry()
  for (const { name, help, read } of STATES) {
    const form = { name, help, registers: [registry] }
    const metric = name.endsWith('_total') ? new Counter(form) : new Gauge(form)
    metric.inc(read(context))
  }
  const enforcers = new Gauge({
    name: 'honeyjam_service_enforcers',
    help: 'Enforcers of all accounts, by state.',
    labelNames: ['state'],
    registers: [registry],
  })
  const counts = context.enforcement.countByState()
  for (const state of ENFORCER_STATES) enforcers.set({ state }, counts.get(state) ?? 0)
  return registry
}

/** Not the default metrics of prom-client: these start a timer that nothing ends. */
const STATES: readonly {
  readonly name: string
  readonly help: string
  readonly read: (context: ApiContext) => number
}[] = [
  {
    name: 'honeyjam_service_connections',
    help: 'Open connections, idle ones too.',
    read: ({ connections }) => connections.count,
  },
  {
    name: 'honeyjam_service_wrong_keys_slowed_total',
    help: 'Wrong keys answered 429, since too many came from their address.',
    read: ({ wrongKeys }) => wrongKeys.totals.closed,
  },
  {
    name: 'honeyjam_service_entries',
    help: 'Rows of reported addresses in memory.',
    read: ({ denylist }) => denylist.status().entries,
  },
  {
    name: 'honeyjam_service_waiting_rows',
    help: 'Rows that wait to be written to the tables; the journal covers them.',
    read: ({ denylist }) => denylist.status().waitingRows,
  },
  {
    name: 'honeyjam_service_journal_failing',
    help: '1 when the journal took nothing within the last 30 s although it was asked to.',
    read: ({ storeHealth, clock }) => Number(storeHealth.isFailing(clock.nowMs())),
  },
  {
    name: 'honeyjam_service_tables_failing',
    help: '1 when the tables could not be written last time.',
    read: ({ denylist }) => Number(denylist.status().mergeError !== undefined),
  },
  {
    name: 'honeyjam_service_behind_seconds',
    help: 'For how long the journal has not been read to its end; 0 when it is current.',
    read: ({ denylist }) => (denylist.status().behindMs ?? 0) / 1000,
  },
  {
    name: 'honeyjam_service_process_cpu_seconds_total',
    help: 'Processor time of the process.',
    read: () => process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6,
  },
  {
    name: 'honeyjam_service_process_resident_memory_bytes',
    help: 'Memory of the process.',
    read: () => process.memoryUsage.rss(),
  },
  {
    name: 'honeyjam_service_process_start_time_seconds',
    help: 'When the process began, in seconds since 1970.',
    read: () => performance.timeOrigin / 1000,
  },
]
