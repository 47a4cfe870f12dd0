/** The step of the schema that counts requests; see `UsageStore`. */
export const USAGE_MIGRATION = `-- What counts against the limits of keys and accounts, and when.
  CREATE TABLE honeyjam.request_usage (
    account integer NOT NULL,
    meter text NOT NULL,
    subject integer NOT NULL,
    at_ms bigint NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (account, meter, subject, at_ms)
  ) WITH (autovacuum_vacuum_scale_factor = 0.05);

  CREATE FUNCTION honeyjam.add_usage(p_account integer, p_meter text, p_subject integer, p_at bigint, p_delta bigint)
  RETURNS void LANGUAGE sql AS $$
    INSERT INTO honeyjam.request_usage AS u (account, meter, subject, at_ms, count)
      VALUES (p_account, p_meter, p_subject, p_at, greatest(0, p_delta))
      ON CONFLICT (account, meter, subject, at_ms) DO UPDATE SET count = greatest(0, u.count + p_delta)
  $$;

  -- A batch of corrections and asks as JSON, the answers as JSON; the port UsageStore says what they mean.
  -- Whoever counts for the same subject waits until this transaction has ended, which it does without a flush.
  CREATE FUNCTION honeyjam.take_usage(p_batch jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
  DECLARE
    v_answers jsonb := '[]';
    v_ask jsonb;
    v_granted bigint;
    v_used jsonb;
    v_oldest jsonb;
    v_sum bigint;
    v_first bigint;
    v_one record;
  BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    -- in one order everywhere, so that nobody waits in a circle
    PERFORM pg_advisory_xact_lock(l.subject_lock) FROM (
      SELECT DISTINCT hashtextextended(
          concat_ws(' ', 'honeyjam usage', s.one->>'accountId', s.one->>'meter', s.one->>'subjectId'), 0
        ) AS subject_lock
        FROM (
          SELECT jsonb_array_elements(p_batch->'corrections') AS one
          UNION ALL
          SELECT jsonb_array_elements(a.ask->'limits') FROM jsonb_array_elements(p_batch->'asks') AS a (ask)
        ) s
        ORDER BY 1
    ) l;
    FOR v_one IN SELECT * FROM jsonb_to_recordset(p_batch->'corrections')
      AS c ("accountId" integer, meter text, "subjectId" integer, "atMs" bigint, delta bigint)
    LOOP
      PERFORM honeyjam.add_usage(v_one."accountId", v_one.meter, v_one."subjectId", v_one."atMs", v_one.delta);
    END LOOP;
    FOR v_ask IN SELECT jsonb_array_elements(p_batch->'asks') LOOP
      v_granted := (v_ask->>'wanted')::bigint;
      v_used := '[]';
      v_oldest := '[]';
      FOR v_one IN SELECT * FROM jsonb_to_recordset(v_ask->'limits') AS l ("accountId" integer, meter text,
        "subjectId" integer, "limit" bigint, "sinceMs" bigint, "untilMs" bigint)
      LOOP
        SELECT coalesce(sum(u.count), 0), min(u.at_ms) INTO v_sum, v_first FROM honeyjam.request_usage u
          WHERE u.account = v_one."accountId" AND u.meter = v_one.meter AND u.subject = v_one."subjectId"
            AND u.at_ms > v_one."sinceMs" AND u.at_ms <= v_one."untilMs" AND u.count > 0;
        v_used := v_used || to_jsonb(v_sum);
        v_oldest := v_oldest || coalesce(to_jsonb(v_first), 'null');
        v_granted := greatest(0, least(v_granted, v_one."limit" - v_sum));
      END LOOP;
      IF v_granted > 0 THEN
        FOR v_one IN SELECT * FROM jsonb_to_recordset(v_ask->'limits')
          AS l ("accountId" integer, meter text, "subjectId" integer, "sinceMs" bigint, "atMs" bigint)
        LOOP
          DELETE FROM honeyjam.request_usage u WHERE u.account = v_one."accountId" AND u.meter = v_one.meter
            AND u.subject = v_one."subjectId" AND u.at_ms <= v_one."sinceMs";
          PERFORM honeyjam.add_usage(v_one."accountId", v_one.meter, v_one."subjectId", v_one."atMs", v_granted);
        END LOOP;
      END IF;
      v_answers := v_answers || jsonb_build_array(
        jsonb_build_object('granted', v_granted, 'used', v_used, 'oldestAtMs', v_oldest)
      );
    END LOOP;
    RETURN v_answers;
  END $$;`
