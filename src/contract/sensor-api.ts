import { z } from 'zod'
import { MAX_SENSOR_NAME_LENGTH, MAX_VERSION_LENGTH } from './terms/index.ts'
import { Count, InstantMs, LastError, OwnId, printable } from './told-values.ts'

/** Body of `POST /honeyjam/v1/heartbeat`: an agent says that it is alive and where it stands. Times are the agent's. */
export const Heartbeat = z.strictObject({
  /** Made once by the agent, so that it is known again after a restart or under another name. */
  agent_id: OwnId,
  /** Of its host. */
  name: printable(MAX_SENSOR_NAME_LENGTH),
  /** Of its honeyjam. */
  version: printable(MAX_VERSION_LENGTH),
  started_at: InstantMs,
  /** When a line came in last; `null`: not yet. */
  last_line_read_at: InstantMs.nullable(),
  /** The newest time in a tracked event; `null`: none yet. */
  last_event_at: InstantMs.nullable(),
  /** What stands in its logs behind what it has read. */
  lag_bytes: Count,
  /** On its disk, and not yet taken by this service. */
  waiting_addresses: Count,
  /** When this service took a report last; `null`: not since the start. */
  last_acknowledged_at: InstantMs.nullable(),
  /** Why reports are not taken; `null` while they are. */
  last_error: LastError,
})
export type Heartbeat = z.infer<typeof Heartbeat>

/** An agent as the service knows it: its last heartbeat, and when and with which key it came. */
export const SensorInfo = Heartbeat.extend({
  /** By the service's clock. */
  last_seen_at: z.int(),
  key_id: z.int(),
  /** `null` when the account has no such key. */
  key_name: z.string().nullable(),
})
export type SensorInfo = z.infer<typeof SensorInfo>

/** Answer of `GET /honeyjam/v1/sensors`: the agents of the account, the one seen last first. */
export const SensorList = z.object({
  sensors: z.array(SensorInfo),
  /** Agents that had to make room for others since the service started. */
  displaced: z.int(),
})
export type SensorList = z.infer<typeof SensorList>
