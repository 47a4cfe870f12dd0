import type { FastifyInstance, FastifyRequest } from 'fastify'
import {
  type EnforcerInfo,
  type EnforcerList,
  EnforcerReport,
  type EnforcerState,
  MANAGEMENT_PATHS,
} from '../../contract/index.ts'
import type { EnforcerRecord, Word } from '../../roster/index.ts'
import type { AdmissionHooks } from '../admission-hooks.ts'
import { admissionOf } from '../authenticate.ts'
import type { ApiContext } from '../context.ts'
import { checkBody, jsonBodyOf } from '../json-body.ts'
import { limitRate } from '../limit-rate.ts'

/** Of one key; an enforcer sends two a minute, and one a second at most while decisions change all the time. */
const REPORTS_PER_MINUTE = 300

/** `POST` and `GET /honeyjam/v1/enforcers`: enforcers say what their firewalls hold, and are listed. */
export function addEnforcerRoutes(
  app: FastifyInstance,
  context: ApiContext,
  { enforcing, reading }: { readonly enforcing: AdmissionHooks; readonly reading: AdmissionHooks },
): void {
  const limited = limitRate({
    clock: context.clock,
    limit: REPORTS_PER_MINUTE,
    what: 'reports of enforcers',
  })
  const onRequest = [...enforcing.onRequest, limited]
  app.post(MANAGEMENT_PATHS.enforcers, { onRequest }, (request, reply) => {
    const body = checkBody(jsonBodyOf(request), EnforcerReport)
    const { accountId, keyId } = admissionOf(request).grant
    context.enforcement.note(wordOf(body), { accountId, keyId })
    return reply.code(204).send()
  })
  app.get(MANAGEMENT_PATHS.enforcers, reading, (request) => listEnforcers(context, request))
}

function listEnforcers(context: ApiContext, request: FastifyRequest): EnforcerList {
  const { accounts, enforcers, enforcement, clock } = context
  const { accountId } = admissionOf(request).grant
  const nameByKey = new Map(accounts.listKeys(accountId).map(({ keyId, name }) => [keyId, name]))
  return {
    enforcers: enforcement.list(accountId).map(({ record, state }) =>
      infoOf(record, {
        state,
        keyName: nameByKey.get(record.keyId) ?? null,
        nowMs: clock.nowMs(),
      }),
    ),
    displaced: enforcers.displaced(accountId),
  }
}

function wordOf(body: EnforcerReport): Word<EnforcerRecord> {
  return {
    memberId: body.enforcer_id,
    name: body.name,
    version: body.version,
    firewall: body.firewall,
    startedAtMs: body.started_at,
    revision: body.revision,
    answeredAtMs: body.answered_at,
    provedRevision: body.proved_revision,
    provedAtMs: body.proved_at,
    checksum: body.checksum,
    decisions: body.decisions,
    auditedAtMs: body.audited_at,
    intended: body.intended,
    held: body.held,
    differing: body.differing,
    repairs: body.repairs,
    behindSinceMs: body.behind_since,
    lastError: body.last_error,
    droppedPackets: body.dropped_packets,
    droppedBytes: body.dropped_bytes,
    spared: body.spared,
    sparedNetworks: body.spared_networks.join(' '),
  }
}

function infoOf(
  record: EnforcerRecord,
  more: { readonly state: EnforcerState; readonly keyName: string | null; readonly nowMs: number },
): EnforcerInfo {
  return {
    enforcer_id: record.memberId,
    name: record.name,
    state: more.state,
    last_seen_at: record.lastSeenAtMs,
    age_seconds: Math.max(0, Math.round((more.nowMs - record.lastSeenAtMs) / 1000)),
    version: record.version,
    firewall: record.firewall,
    started_at: record.startedAtMs,
    revision: record.revision,
    answered_at: record.answeredAtMs,
    proved_revision: record.provedRevision,
    proved_at: record.provedAtMs,
    checksum: record.checksum,
    decisions: record.decisions,
    audited_at: record.auditedAtMs,
    intended: record.intended,
    held: record.held,
    differing: record.differing,
    repairs: record.repairs,
    behind_since: record.behindSinceMs,
    last_error: record.lastError,
    dropped_packets: record.droppedPackets,
    dropped_bytes: record.droppedBytes,
    spared: record.spared,
    spared_networks: record.sparedNetworks.split(' ').filter((text) => text !== ''),
    key_id: record.keyId,
    key_name: more.keyName,
  }
}
