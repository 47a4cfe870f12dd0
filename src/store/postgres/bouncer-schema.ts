/** The step of the schema that remembers CrowdSec's bouncers and what they were told; see `HandoutStore`. */
export const BOUNCER_SCHEMA = `CREATE TABLE honeyjam.bouncer (
    account integer NOT NULL,
    bouncer_id text NOT NULL,
    key_id integer NOT NULL,
    last_seen_ms bigint NOT NULL,
    name text NOT NULL,
    version text NOT NULL,
    address text NOT NULL,
    metrics_at_ms bigint,
    metrics text NOT NULL,
    marks text NOT NULL,
    marked_at_ms bigint NOT NULL,
    PRIMARY KEY (account, bouncer_id)
  );

  -- What the bouncers of an account were told: a base of everything, and what was told since.
  CREATE TABLE honeyjam.bouncer_piece (
    account integer NOT NULL,
    position bigint NOT NULL,
    part integer NOT NULL,
    is_base integer NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (account, position, part)
  ) WITH (autovacuum_vacuum_scale_factor = 0.05);

  -- One process at a time: whoever comes second sees what the first one wrote.
  CREATE FUNCTION honeyjam.lock_bouncer_pieces(p_account integer) RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(hashtextextended('honeyjam bouncers ' || p_account, 0))
  $$;

  CREATE FUNCTION honeyjam.append_bouncer_piece(p_account integer, p_after bigint, p_bodies bytea[])
  RETURNS boolean LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM honeyjam.lock_bouncer_pieces(p_account);
    IF p_after <> (SELECT coalesce(max(p.position), 0) FROM honeyjam.bouncer_piece p WHERE p.account = p_account) THEN
      RETURN false;
    END IF;
    INSERT INTO honeyjam.bouncer_piece (account, position, part, is_base, body)
      SELECT p_account, p_after + 1, b.number - 1, 0, b.body FROM unnest(p_bodies) WITH ORDINALITY AS b (body, number);
    RETURN true;
  END $$;

  CREATE FUNCTION honeyjam.replace_bouncer_pieces(p_account integer, p_position bigint, p_bodies bytea[])
  RETURNS boolean LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM honeyjam.lock_bouncer_pieces(p_account);
    PERFORM 1 FROM honeyjam.bouncer_piece p
      WHERE p.account = p_account AND p.position = p_position AND p.is_base = 0;
    IF NOT FOUND THEN
      RETURN false;
    END IF;
    DELETE FROM honeyjam.bouncer_piece p WHERE p.account = p_account AND p.position <= p_position;
    INSERT INTO honeyjam.bouncer_piece (account, position, part, is_base, body)
      SELECT p_account, p_position, b.number - 1, 1, b.body FROM unnest(p_bodies) WITH ORDINALITY AS b (body, number);
    RETURN true;
  END $$;`
