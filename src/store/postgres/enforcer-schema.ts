/** The step of the schema by which receipts say where their operation stood. */
export const RECEIPT_POSITION_SCHEMA = 'ALTER TABLE honeyjam.receipt ADD COLUMN position bigint;'

/** The step of the schema that keeps enforcers. */
export const ENFORCER_SCHEMA = `-- Enforcers by their last report; only last_seen_ms and proved_ms are by the clock of the service.
  CREATE TABLE honeyjam.enforcer (
    account integer NOT NULL,
    enforcer_id text NOT NULL,
    key_id integer NOT NULL,
    last_seen_ms bigint NOT NULL,
    name text NOT NULL,
    version text NOT NULL,
    firewall text NOT NULL,
    started_at_ms bigint NOT NULL,
    revision text,
    answered_ms bigint,
    proved_revision text,
    proved_ms bigint,
    checksum text,
    decisions bigint,
    audited_ms bigint,
    intended bigint,
    held bigint,
    differing bigint,
    repairs bigint NOT NULL,
    behind_since_ms bigint,
    last_error text,
    dropped_packets bigint NOT NULL,
    dropped_bytes bigint NOT NULL,
    spared bigint NOT NULL,
    spared_networks text NOT NULL,
    PRIMARY KEY (account, enforcer_id)
  );`
