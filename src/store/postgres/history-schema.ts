/** The step that makes the tables of history; released, and so never changed. */
export const HISTORY_SCHEMA = `-- What operations did to addresses. A part holds operations in a row and is named by the last position; its addresses
  -- are spread over buckets (2 to the power of "bits" of them), each of which is one row an account.
  CREATE TABLE honeyjam.history_part (
    part bigint PRIMARY KEY,
    newest_ms bigint NOT NULL
  );

  CREATE TABLE honeyjam.history_operation (
    account integer NOT NULL,
    position bigint NOT NULL,
    kind text NOT NULL,
    received_at_ms bigint NOT NULL,
    key_id integer NOT NULL,
    receipt_id text NOT NULL,
    detail text NOT NULL,
    -- whether it may concern addresses it does not name
    is_wide smallint NOT NULL,
    PRIMARY KEY (account, position)
  );
  CREATE INDEX history_operation_by_position ON honeyjam.history_operation (position);
  CREATE INDEX history_operation_wide ON honeyjam.history_operation (account, position) WHERE is_wide = 1;

  CREATE TABLE honeyjam.history_address (
    account integer NOT NULL,
    bits smallint NOT NULL,
    bucket smallint NOT NULL,
    part bigint NOT NULL,
    entries bytea NOT NULL,
    PRIMARY KEY (account, bits, bucket, part)
  );
  ALTER TABLE honeyjam.history_address ALTER COLUMN entries SET STORAGE EXTERNAL;
  CREATE INDEX history_address_by_part ON honeyjam.history_address (part);

  ALTER TABLE honeyjam.receipt ADD COLUMN list_id text, ADD COLUMN allowed_indexes text;

  -- Up to where tables and history have what stands in the journal.
  ALTER TABLE honeyjam.progress ADD COLUMN released_position bigint NOT NULL DEFAULT 0;
  UPDATE honeyjam.progress SET released_position = covered_position;`
