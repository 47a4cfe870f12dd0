import type { FastifyInstance, FastifyRequest } from 'fastify'
import {
  Heartbeat,
  type HeartbeatTaker,
  MANAGEMENT_PATHS,
  type SensorInfo,
  type SensorList,
} from '../../contract/index.ts'
import type { Sensor } from '../../roster/index.ts'
import type { AdmissionHooks } from '../admission-hooks.ts'
import { admissionOf } from '../authenticate.ts'
import type { ApiContext } from '../context.ts'
import { checkBody, jsonBodyOf } from '../json-body.ts'
import { limitRate } from '../limit-rate.ts'

/** Of one key; an agent sends one a minute. They do not count among its reports. */
const HEARTBEATS_PER_MINUTE = 30

const TAKER: HeartbeatTaker = { service: 'honeyjam' }

/**
 * `GET` and `POST /honeyjam/v1/heartbeat`, `GET /honeyjam/v1/sensors`: agents ask whether somebody wants to know that they
 * are alive, say so, and are listed.
 */
export function addSensorRoutes(
  app: FastifyInstance,
  context: ApiContext,
  { reporting, reading }: { readonly reporting: AdmissionHooks; readonly reading: AdmissionHooks },
): void {
  const { clock } = context
  const limited = limitRate({ clock, limit: HEARTBEATS_PER_MINUTE, what: 'heartbeats' })
  const onRequest = [...reporting.onRequest, limited]
  app.post(MANAGEMENT_PATHS.heartbeat, { onRequest }, (request, reply) => {
    noteHeartbeat(context, request)
    return reply.code(204).send()
  })
  app.get(MANAGEMENT_PATHS.heartbeat, { onRequest }, () => TAKER)
  app.get(MANAGEMENT_PATHS.sensors, reading, (request) => listSensors(context, request))
}

function noteHeartbeat({ sensors, clock }: ApiContext, request: FastifyRequest): void {
  const body = checkBody(jsonBodyOf(request), Heartbeat)
  const { accountId, keyId } = admissionOf(request).grant
  sensors.note(
    {
      memberId: body.agent_id,
      name: body.name,
      version: body.version,
      startedAtMs: body.started_at,
      lastLineReadAtMs: body.last_line_read_at,
      lastEventAtMs: body.last_event_at,
      lagBytes: body.lag_bytes,
      waitingAddresses: body.waiting_addresses,
      lastAcknowledgedAtMs: body.last_acknowledged_at,
      lastError: body.last_error,
    },
    { accountId, keyId, nowMs: clock.nowMs() },
  )
}

function listSensors({ accounts, sensors, clock }: ApiContext, request: FastifyRequest): SensorList {
  const { accountId } = admissionOf(request).grant
  const nameByKey = new Map(accounts.listKeys(accountId).map(({ keyId, name }) => [keyId, name]))
  return {
    sensors: sensors
      .list(accountId, clock.nowMs())
      .map((sensor) => sensorInfoOf(sensor, nameByKey.get(sensor.keyId) ?? null)),
    displaced: sensors.displaced(accountId),
  }
}

function sensorInfoOf(sensor: Sensor, keyName: string | null): SensorInfo {
  return {
    agent_id: sensor.memberId,
    name: sensor.name,
    version: sensor.version,
    last_seen_at: sensor.lastSeenAtMs,
    started_at: sensor.startedAtMs,
    last_line_read_at: sensor.lastLineReadAtMs,
    last_event_at: sensor.lastEventAtMs,
    lag_bytes: sensor.lagBytes,
    waiting_addresses: sensor.waitingAddresses,
    last_acknowledged_at: sensor.lastAcknowledgedAtMs,
    last_error: sensor.lastError,
    key_id: sensor.keyId,
    key_name: keyName,
  }
}
