import type { DatabaseFile } from './database.ts'

const MIGRATIONS = [
  // No index on the expiry of `reported`: it would halve the speed of checkpoints, and sweeping is a scan in small steps.
  // Times are epoch milliseconds, positions those of the journal, lists JSON arrays.
  `CREATE TABLE progress (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    covered_position INTEGER NOT NULL,
    -- of the newest operation that any row holds; rows may be ahead of what is covered
    newest_position INTEGER NOT NULL
  );
  INSERT INTO progress (only, covered_position, newest_position) VALUES (1, 0, 0);

  CREATE TABLE reported (
    account INTEGER NOT NULL,
    address BLOB NOT NULL CHECK (length(address) = 16),
    last_report_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    total_reports INTEGER NOT NULL,
    dataset TEXT NOT NULL,
    tags TEXT NOT NULL,
    applied_position INTEGER NOT NULL,
    PRIMARY KEY (account, address)
  ) WITHOUT ROWID;

  CREATE TABLE allowed (
    account INTEGER NOT NULL,
    range TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER,
    dataset TEXT NOT NULL,
    tags TEXT NOT NULL,
    applied_position INTEGER NOT NULL,
    PRIMARY KEY (account, range)
  ) WITHOUT ROWID;

  CREATE TABLE receipt (
    account INTEGER NOT NULL,
    receipt_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    received_at_ms INTEGER NOT NULL,
    idempotency_key TEXT,
    taken INTEGER NOT NULL,
    folded INTEGER NOT NULL,
    skipped TEXT NOT NULL,
    UNIQUE (account, receipt_id)
  );
  CREATE INDEX receipt_by_idempotency_key ON receipt (account, idempotency_key, received_at_ms)
    WHERE idempotency_key IS NOT NULL;
  CREATE INDEX receipt_by_time ON receipt (received_at_ms);

  CREATE TABLE account (
    account_id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    created_at_ms INTEGER NOT NULL
  );

  CREATE TABLE account_key (
    key_id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES account (account_id),
    name TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    hint TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER,
    revoked_at_ms INTEGER
  );`,

  // Agents by their last heartbeat; only last_seen_ms is by the clock of the service.
  `CREATE TABLE sensor (
    account INTEGER NOT NULL,
    agent_id TEXT NOT NULL,
    key_id INTEGER NOT NULL,
    last_seen_ms INTEGER NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    started_at_ms INTEGER NOT NULL,
    last_line_read_ms INTEGER,
    last_event_ms INTEGER,
    lag_bytes INTEGER NOT NULL,
    waiting_addresses INTEGER NOT NULL,
    last_acknowledged_ms INTEGER,
    last_error TEXT,
    PRIMARY KEY (account, agent_id)
  ) WITHOUT ROWID;`,

  // The ranges of the default allowlist stand in `allowed`, those of the reported list in `reported`.
  `CREATE TABLE private_list (
    account INTEGER NOT NULL,
    list_id TEXT NOT NULL,
    list_type TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    tags TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER,
    origins TEXT NOT NULL,
    applied_position INTEGER NOT NULL,
    PRIMARY KEY (account, list_id)
  ) WITHOUT ROWID;

  CREATE TABLE list_element (
    account INTEGER NOT NULL,
    list_id TEXT NOT NULL,
    element TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER,
    applied_position INTEGER NOT NULL,
    PRIMARY KEY (account, list_id, element)
  ) WITHOUT ROWID;

  CREATE TABLE public_list_selection (
    account INTEGER NOT NULL,
    list_id TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER,
    origins TEXT NOT NULL,
    applied_position INTEGER NOT NULL,
    PRIMARY KEY (account, list_id)
  ) WITHOUT ROWID;`,

  `ALTER TABLE account_key ADD COLUMN networks TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE account_key ADD COLUMN replaced_by INTEGER;`,

  `ALTER TABLE account ADD COLUMN plan TEXT NOT NULL DEFAULT 'UNLIMITED';
  ALTER TABLE account ADD COLUMN disabled_at_ms INTEGER;`,

  // Ids sort by time. No other index: what is too old is found key by key.
  `CREATE TABLE activity (
    account INTEGER NOT NULL,
    key_id INTEGER NOT NULL,
    activity_id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    method TEXT NOT NULL,
    uri TEXT NOT NULL,
    body TEXT NOT NULL,
    status INTEGER NOT NULL,
    receipt_id TEXT NOT NULL,
    PRIMARY KEY (account, key_id, activity_id)
  ) WITHOUT ROWID;`,

  // Names the history that positions belong to: a copy of the store goes its own way and gets another name.
  `ALTER TABLE progress ADD COLUMN store_id TEXT NOT NULL DEFAULT '';
  UPDATE progress SET store_id = lower(hex(randomblob(16)));`,
  // What operations did to addresses. A part holds operations in a row and is named by the last position; its addresses
  // are spread over buckets (2 to the power of `bits` of them), each of which is one row an account.
  `CREATE TABLE history_part (
    part INTEGER PRIMARY KEY,
    newest_ms INTEGER NOT NULL
  );

  CREATE TABLE history_operation (
    position INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    kind TEXT NOT NULL,
    received_at_ms INTEGER NOT NULL,
    key_id INTEGER NOT NULL,
    receipt_id TEXT NOT NULL,
    detail TEXT NOT NULL,
    -- whether it may concern addresses it does not name
    is_wide INTEGER NOT NULL
  );
  CREATE INDEX history_operation_wide ON history_operation (account, position) WHERE is_wide = 1;

  CREATE TABLE history_address (
    account INTEGER NOT NULL,
    bits INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    part INTEGER NOT NULL,
    entries BLOB NOT NULL,
    PRIMARY KEY (account, bits, bucket, part)
  ) WITHOUT ROWID;
  CREATE INDEX history_address_by_part ON history_address (part);

  ALTER TABLE receipt ADD COLUMN list_id TEXT;
  ALTER TABLE receipt ADD COLUMN allowed_indexes TEXT;`,

  `CREATE TABLE invitation (
    invitation_id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    plan TEXT NOT NULL,
    uses INTEGER NOT NULL,
    used INTEGER NOT NULL DEFAULT 0 CHECK (used <= uses),
    created_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    revoked_at_ms INTEGER
  );`,

  // Enforcers by their last report; only last_seen_ms and proved_ms are by the clock of the service.
  `CREATE TABLE enforcer (
    account INTEGER NOT NULL,
    enforcer_id TEXT NOT NULL,
    key_id INTEGER NOT NULL,
    last_seen_ms INTEGER NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    firewall TEXT NOT NULL,
    started_at_ms INTEGER NOT NULL,
    revision TEXT,
    answered_ms INTEGER,
    proved_revision TEXT,
    proved_ms INTEGER,
    checksum TEXT,
    decisions INTEGER,
    audited_ms INTEGER,
    intended INTEGER,
    held INTEGER,
    differing INTEGER,
    repairs INTEGER NOT NULL,
    behind_since_ms INTEGER,
    last_error TEXT,
    dropped_packets INTEGER NOT NULL,
    dropped_bytes INTEGER NOT NULL,
    spared INTEGER NOT NULL,
    spared_networks TEXT NOT NULL,
    PRIMARY KEY (account, enforcer_id)
  ) WITHOUT ROWID;`,

  // Of the operation in the journal, by which it can be told how far it got.
  'ALTER TABLE receipt ADD COLUMN position INTEGER;',

  // Bouncers of CrowdSec by their last request, and what those of an account were told, in pieces: a base of everything, and
  // what was told since.
  `CREATE TABLE bouncer (
    account INTEGER NOT NULL,
    bouncer_id TEXT NOT NULL,
    key_id INTEGER NOT NULL,
    last_seen_ms INTEGER NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    address TEXT NOT NULL,
    metrics_at_ms INTEGER,
    metrics TEXT NOT NULL,
    marks TEXT NOT NULL,
    marked_at_ms INTEGER NOT NULL,
    PRIMARY KEY (account, bouncer_id)
  ) WITHOUT ROWID;

  CREATE TABLE bouncer_piece (
    account INTEGER NOT NULL,
    position INTEGER NOT NULL,
    part INTEGER NOT NULL,
    is_base INTEGER NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (account, position, part)
  );`,
]

/**
 * The file of the tables. A checkpoint of random addresses touches most pages of the tree, hence the large cache
 * (it is filled only as far as the file is large) and the long write-ahead log: both together triple the speed.
 */
export function tablesFile(path: string): DatabaseFile {
  // 'hjtb'
  return { path, applicationId: 0x686a7462, migrations: MIGRATIONS, cacheMiB: 256, checkpointMiB: 80 }
}
