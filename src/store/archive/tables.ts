/** How a column is written: `json` is text that a program wrote, `text` may be foreign. */
export type ColumnKind = 'number' | 'text' | 'json' | 'bytes'

/** A table that moves from store to store: same name and columns in each. */
export interface ArchiveTable {
  readonly name: string
  /** In the order in which an archive holds them. */
  readonly columns: Readonly<Record<string, ColumnKind>>
}

const ACCOUNT = { account: 'number' } as const
const LIST = { ...ACCOUNT, list_id: 'text' } as const
const TIMES = { created_at_ms: 'number', updated_at_ms: 'number', expires_at_ms: 'number' } as const

/** All that a store holds but for how far it is (`ArchiveHead`); what others refer to comes first. */
export const ARCHIVE_TABLES: readonly ArchiveTable[] = [
  {
    name: 'account',
    columns: {
      account_id: 'number',
      name: 'text',
      created_at_ms: 'number',
      plan: 'text',
      disabled_at_ms: 'number',
    },
  },
  {
    name: 'account_key',
    columns: {
      key_id: 'number',
      account_id: 'number',
      name: 'text',
      hash: 'bytes',
      hint: 'text',
      scopes: 'json',
      networks: 'json',
      created_at_ms: 'number',
      expires_at_ms: 'number',
      revoked_at_ms: 'number',
      replaced_by: 'number',
    },
  },
  {
    name: 'invitation',
    columns: {
      invitation_id: 'number',
      hash: 'bytes',
      plan: 'text',
      uses: 'number',
      used: 'number',
      created_at_ms: 'number',
      expires_at_ms: 'number',
      revoked_at_ms: 'number',
    },
  },
  {
    name: 'allowed',
    columns: {
      ...ACCOUNT,
      range: 'text',
      created_at_ms: 'number',
      expires_at_ms: 'number',
      dataset: 'text',
      tags: 'json',
      applied_position: 'number',
    },
  },
  {
    name: 'private_list',
    columns: {
      ...LIST,
      list_type: 'text',
      resource_type: 'text',
      name: 'text',
      description: 'text',
      tags: 'json',
      ...TIMES,
      origins: 'json',
      applied_position: 'number',
    },
  },
  {
    name: 'list_element',
    columns: {
      ...LIST,
      element: 'text',
      created_at_ms: 'number',
      expires_at_ms: 'number',
      applied_position: 'number',
    },
  },
  {
    name: 'public_list_selection',
    columns: { ...LIST, status: 'text', ...TIMES, origins: 'json', applied_position: 'number' },
  },
  {
    name: 'receipt',
    columns: {
      ...ACCOUNT,
      receipt_id: 'text',
      kind: 'text',
      received_at_ms: 'number',
      idempotency_key: 'text',
      taken: 'number',
      folded: 'number',
      skipped: 'json',
      list_id: 'text',
      position: 'number',
      allowed_indexes: 'json',
    },
  },
  {
    name: 'sensor',
    columns: {
      ...ACCOUNT,
      agent_id: 'text',
      key_id: 'number',
      last_seen_ms: 'number',
      name: 'text',
      version: 'text',
      started_at_ms: 'number',
      last_line_read_ms: 'number',
      last_event_ms: 'number',
      lag_bytes: 'number',
      waiting_addresses: 'number',
      last_acknowledged_ms: 'number',
      last_error: 'text',
    },
  },
  {
    name: 'enforcer',
    columns: {
      ...ACCOUNT,
      enforcer_id: 'text',
      key_id: 'number',
      last_seen_ms: 'number',
      name: 'text',
      version: 'text',
      firewall: 'text',
      started_at_ms: 'number',
      revision: 'text',
      answered_ms: 'number',
      proved_revision: 'text',
      proved_ms: 'number',
      checksum: 'text',
      decisions: 'number',
      audited_ms: 'number',
      intended: 'number',
      held: 'number',
      differing: 'number',
      repairs: 'number',
      behind_since_ms: 'number',
      last_error: 'text',
      dropped_packets: 'number',
      dropped_bytes: 'number',
      spared: 'number',
      spared_networks: 'text',
    },
  },
  {
    name: 'bouncer',
    columns: {
      ...ACCOUNT,
      bouncer_id: 'text',
      key_id: 'number',
      last_seen_ms: 'number',
      name: 'text',
      version: 'text',
      address: 'text',
      metrics_at_ms: 'number',
      metrics: 'text',
      marks: 'text',
      marked_at_ms: 'number',
    },
  },
  {
    name: 'bouncer_piece',
    columns: { ...ACCOUNT, position: 'number', part: 'number', is_base: 'number', body: 'bytes' },
  },
  {
    name: 'activity',
    columns: {
      ...ACCOUNT,
      key_id: 'number',
      activity_id: 'text',
      at_ms: 'number',
      address: 'text',
      user_agent: 'text',
      method: 'text',
      uri: 'text',
      body: 'text',
      status: 'number',
      receipt_id: 'text',
    },
  },
  {
    name: 'reported',
    columns: {
      ...ACCOUNT,
      address: 'bytes',
      last_report_ms: 'number',
      expires_at_ms: 'number',
      total_reports: 'number',
      dataset: 'text',
      tags: 'json',
      applied_position: 'number',
    },
  },
  { name: 'history_part', columns: { part: 'number', newest_ms: 'number' } },
  {
    name: 'history_operation',
    columns: {
      ...ACCOUNT,
      position: 'number',
      kind: 'text',
      received_at_ms: 'number',
      key_id: 'number',
      receipt_id: 'text',
      detail: 'json',
      is_wide: 'number',
    },
  },
  {
    name: 'history_address',
    columns: { ...ACCOUNT, bits: 'number', bucket: 'number', part: 'number', entries: 'bytes' },
  },
  {
    name: 'request_usage',
    columns: { ...ACCOUNT, meter: 'text', subject: 'number', at_ms: 'number', count: 'number' },
  },
  { name: 'journal', columns: { position: 'number', body: 'bytes' } },
]

/** How far the store is. */
export interface ArchiveHead {
  readonly coveredPosition: number
  /** No later operation may get a position up to this one. */
  readonly newestPosition: number
}

/** One value of a row as adapters have it. */
export type ArchiveValue = number | string | Uint8Array | null
export type ArchiveRow = readonly ArchiveValue[]

/** A store that is read as it is at one instant, and that no service changes meanwhile. */
export interface ArchiveSource {
  head(): Promise<ArchiveHead>
  /** The rows of a table in batches of some hundred. */
  rows(table: ArchiveTable): AsyncIterable<readonly ArchiveRow[]>
  close(): Promise<void>
}

/** A store that is filled in one go: until `commit` nothing of it is there. */
export interface ArchiveTarget {
  /** @returns the name of a table that holds something, if one does */
  findOccupied(): Promise<string | undefined>
  write(table: ArchiveTable, rows: readonly ArchiveRow[]): Promise<void>
  commit(head: ArchiveHead): Promise<void>
  /** Gives up what was not committed. */
  close(): Promise<void>
}
