import type { SensorInfo, SensorList } from '../contract/index.ts'
import { MANAGEMENT_PATHS } from '../contract/terms/index.ts'
import { type ConnectOptions, withApi } from './connect.ts'
import type { Context } from './context.ts'
import { escapeText } from './escape-text.ts'
import { formatCount } from './format-count.ts'
import { formatSpan } from './format-time.ts'
import { renderTable } from './table.ts'

/** Characters of a cell; all of it is in the JSON. */
const LONGEST_NAME = 40
const LONGEST_ERROR = 80

/** Prints the agents and when they were last seen. */
export async function printSensors(options: ConnectOptions, context: Context): Promise<void> {
  const { output } = context
  const answer = await withApi(options, context, async (api) => {
    const { body } = await api.request({ method: 'GET', path: MANAGEMENT_PATHS.sensors })
    return body as SensorList
  })
  if (output.json) output.printJson(answer)
  else output.print(renderSensors(answer, Date.now()))
}

/** Lays out the agents for people, in the order of the answer. */
export function renderSensors({ sensors, displaced }: SensorList, nowMs: number): string {
  if (sensors.length === 0) return NONE
  const table = renderTable(
    [
      { heading: 'NAME' },
      { heading: 'LAST SEEN' },
      { heading: 'LAST EVENT' },
      { heading: 'LAG', align: 'right' },
      { heading: 'WAITING', align: 'right' },
      { heading: 'ERROR' },
    ],
    sensors.map((sensor) => rowOf(sensor, nowMs)),
  )
  if (displaced === 0) return table
  return `${table}\n${formatCount(displaced)} more had to make room, the longest unseen first.`
}

const NONE = `No agent has said that it is alive.
Start one where Cowrie runs, with honeyjam report or honeyjam up. One that runs and is missing here
reports elsewhere or with a wrong key: honeyjam status and honeyjam doctor, on its machine, tell.`

function rowOf(sensor: SensorInfo, nowMs: number): string[] {
  return [
    escapeText(sensor.name, LONGEST_NAME),
    ago(sensor.last_seen_at, nowMs),
    sensor.last_event_at === null ? '-' : ago(sensor.last_event_at, nowMs),
    `${formatCount(sensor.lag_bytes)} B`,
    formatCount(sensor.waiting_addresses),
    sensor.last_error === null ? '-' : escapeText(sensor.last_error, LONGEST_ERROR),
  ]
}

/** Clocks differ: what lies in the future has just happened. */
function ago(atMs: number, nowMs: number): string {
  return `${formatSpan(nowMs - atMs)} ago`
}
