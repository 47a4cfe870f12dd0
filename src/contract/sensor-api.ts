import { z } from 'zod'
import {
  MAX_AGENT_ID_LENGTH,
  MAX_INSTANT_MS,
  MAX_LAST_ERROR_LENGTH,
  MAX_SENSOR_NAME_LENGTH,
  MAX_VERSION_LENGTH,
} from './terms/index.ts'

/** Neither control nor format characters, line ends, lone surrogates nor unassigned ones. */
const PRINTABLE = /^[^\p{C}\p{Zl}\p{Zp}]+$/u

const NOT_TEXT = 'str type expected'
const Count = z.int('value is not a valid integer').min(0, 'ensure this value is greater than or equal to 0')
/** Epoch milliseconds; what no calendar holds would be a trap for whoever shows it. */
const InstantMs = Count.max(MAX_INSTANT_MS, 'value is not a time in epoch milliseconds')

function printable(maxLength: number) {
  return z
    .string(NOT_TEXT)
    .max(maxLength, `ensure this value has at most ${maxLength} characters`)
    .regex(PRINTABLE, 'value holds characters that cannot be printed, or none at all')
}

/** Body of `POST /honeyjam/v1/heartbeat`: an agent says that it is alive and where it stands. Times are the agent's. */
export const Heartbeat = z.strictObject({
  /** Made once by the agent, so that it is known again after a restart or under another name. */
  agent_id: z
    .string(NOT_TEXT)
    .regex(
      new RegExp(`^[A-Za-z0-9._-]{1,${MAX_AGENT_ID_LENGTH}}$`),
      `value is not 1 to ${MAX_AGENT_ID_LENGTH} characters of A-Z a-z 0-9 . _ -`,
    ),
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
  last_error: z
    .string(NOT_TEXT)
    .max(MAX_LAST_ERROR_LENGTH, `ensure this value has at most ${MAX_LAST_ERROR_LENGTH} characters`)
    .nullable(),
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
