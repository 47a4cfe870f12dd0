import type { Activity } from '../../activity/index.ts'
import type { AllowRow, ListElementRow, PrivateListRow, Receipt, SelectionRow } from '../../denylist/index.ts'
import type { BouncerRecord, EnforcerRecord, Sensor } from '../../roster/index.ts'
import { parseCounts, parseIndexes, parseOrigins, parseTexts } from '../rows/index.ts'
import { type Column, RowTable } from './row-table.ts'

const account: Column = { name: 'account', type: 'integer' }
const listId: Column = { name: 'list_id', type: 'text' }
const createdAtMs = number('created_at_ms')
const updatedAtMs = number('updated_at_ms')
const expiresAtMs: Column = { ...number('expires_at_ms'), isOptional: true }
const appliedPosition: Column = { name: 'applied_position', type: 'bigint' }
const tags: Column = { name: 'tags', type: 'json', parse: parseTexts }
const origins: Column = { name: 'origins', type: 'json', parse: parseOrigins }

export const ALLOWED = new RowTable<AllowRow>(
  'allowed',
  {
    accountId: account,
    range: text('range'),
    createdAtMs,
    expiresAtMs,
    dataset: text('dataset'),
    tags,
    appliedPosition,
  },
  ['accountId', 'range'],
)

export const PRIVATE_LISTS = new RowTable<PrivateListRow>(
  'private_list',
  {
    accountId: account,
    listId,
    listType: text('list_type'),
    resourceType: text('resource_type'),
    name: text('name'),
    description: text('description'),
    tags,
    createdAtMs,
    updatedAtMs,
    expiresAtMs,
    origins,
    appliedPosition,
  },
  ['accountId', 'listId'],
)

export const LIST_ELEMENTS = new RowTable<ListElementRow>(
  'list_element',
  { accountId: account, listId, element: text('element'), createdAtMs, expiresAtMs, appliedPosition },
  ['accountId', 'listId', 'element'],
)

export const SELECTIONS = new RowTable<SelectionRow>(
  'public_list_selection',
  {
    accountId: account,
    listId,
    status: text('status'),
    createdAtMs,
    updatedAtMs,
    expiresAtMs,
    origins,
    appliedPosition,
  },
  ['accountId', 'listId'],
)

export const RECEIPTS = new RowTable<Receipt>(
  'receipt',
  {
    accountId: account,
    receiptId: text('receipt_id'),
    kind: text('kind'),
    receivedAtMs: number('received_at_ms'),
    idempotencyKey: { ...text('idempotency_key'), isOptional: true },
    taken: number('taken'),
    folded: number('folded'),
    skipped: { name: 'skipped', type: 'json', parse: parseCounts },
    position: { ...number('position'), isOptional: true },
    listId: { name: 'list_id', type: 'text', isOptional: true },
    allowedIndexes: { name: 'allowed_indexes', type: 'json', parse: parseIndexes, isOptional: true },
  },
  ['accountId', 'receiptId'],
)

/** Only `last_seen_ms` is by the clock of the service. */
export const SENSORS = new RowTable<Sensor>(
  'sensor',
  {
    accountId: account,
    memberId: text('agent_id'),
    keyId: { name: 'key_id', type: 'integer' },
    lastSeenAtMs: number('last_seen_ms'),
    name: text('name'),
    version: text('version'),
    startedAtMs: number('started_at_ms'),
    lastLineReadAtMs: number('last_line_read_ms'),
    lastEventAtMs: number('last_event_ms'),
    lagBytes: number('lag_bytes'),
    waitingAddresses: number('waiting_addresses'),
    lastAcknowledgedAtMs: number('last_acknowledged_ms'),
    lastError: text('last_error'),
  },
  ['accountId', 'memberId'],
)

/** Only `last_seen_ms` and `proved_ms` are by the clock of the service. */
export const ENFORCERS = new RowTable<EnforcerRecord>(
  'enforcer',
  {
    accountId: account,
    memberId: text('enforcer_id'),
    keyId: { name: 'key_id', type: 'integer' },
    lastSeenAtMs: number('last_seen_ms'),
    name: text('name'),
    version: text('version'),
    firewall: text('firewall'),
    startedAtMs: number('started_at_ms'),
    revision: text('revision'),
    answeredAtMs: number('answered_ms'),
    provedRevision: text('proved_revision'),
    provedAtMs: number('proved_ms'),
    checksum: text('checksum'),
    decisions: number('decisions'),
    auditedAtMs: number('audited_ms'),
    intended: number('intended'),
    held: number('held'),
    differing: number('differing'),
    repairs: number('repairs'),
    behindSinceMs: number('behind_since_ms'),
    lastError: text('last_error'),
    droppedPackets: number('dropped_packets'),
    droppedBytes: number('dropped_bytes'),
    spared: number('spared'),
    sparedNetworks: text('spared_networks'),
  },
  ['accountId', 'memberId'],
)

export const BOUNCERS = new RowTable<BouncerRecord>(
  'bouncer',
  {
    accountId: account,
    memberId: text('bouncer_id'),
    keyId: { name: 'key_id', type: 'integer' },
    lastSeenAtMs: number('last_seen_ms'),
    name: text('name'),
    version: text('version'),
    address: text('address'),
    metricsAtMs: number('metrics_at_ms'),
    metrics: text('metrics'),
    marks: text('marks'),
    markedAtMs: number('marked_at_ms'),
  },
  ['accountId', 'memberId'],
)

export const ACTIVITIES = new RowTable<Activity>(
  'activity',
  {
    accountId: account,
    keyId: { name: 'key_id', type: 'integer' },
    activityId: text('activity_id'),
    atMs: number('at_ms'),
    address: text('address'),
    userAgent: text('user_agent'),
    method: text('method'),
    uri: text('uri'),
    body: text('body'),
    status: number('status'),
    receiptId: text('receipt_id'),
  },
  ['accountId', 'keyId', 'activityId'],
)

function text(name: string): Column {
  return { name, type: 'text' }
}

function number(name: string): Column {
  return { name, type: 'bigint' }
}
