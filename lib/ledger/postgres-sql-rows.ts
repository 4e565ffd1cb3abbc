/** What the steps have in common: the engine's time, a row in words, and how a step gets a row to itself. */

/**
 * What every step is declared with. A step that waits for a lock gives up before its caller does (after 2 s): it must not
 * claim for somebody who has gone. Scans are off because a plan made while the table was small is kept for a long time.
 */
export const STEP = `LANGUAGE plpgsql
  SET search_path FROM CURRENT SET lock_timeout = '1500ms' SET enable_seqscan = off`;

/** The server's time, unless a test gives another. Asked by every step, so it is also where a replica is found out. */
export const ENGINE_NOW = `
CREATE OR REPLACE FUNCTION engine_now(given_now bigint) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  IF pg_is_in_recovery() THEN
    RAISE EXCEPTION 'This is a read replica; the ledger needs the primary server.'
      USING ERRCODE = 'read_only_sql_transaction';
  END IF;
  RETURN coalesce(given_now, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint);
END $$;
`;

/** A row as the port knows it and as it stands: an attempt past its time is unresolved since then. */
export const ROW_JSON = `
CREATE OR REPLACE FUNCTION state_at(a admissions, now_ms bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN a.lapses_at <= now_ms THEN 'unresolved' ELSE a.state END
$$;

CREATE OR REPLACE FUNCTION attempt_json(a admissions) RETURNS json LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN a.attempt_id IS NOT NULL THEN json_build_object(
    'number', a.attempts, 'id', a.attempt_id, 'owner', a.attempt_owner, 'startedAt', a.attempt_started_at,
    'reference', a.attempt_reference) END
$$;

CREATE OR REPLACE FUNCTION order_json(a admissions) RETURNS json LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN a.order_id IS NOT NULL THEN json_build_object(
    'orderId', a.order_id, 'amount', a.amount, 'currency', a.currency, 'metadata', a.metadata,
    'completedAt', a.completed_at) END
$$;

CREATE OR REPLACE FUNCTION delivery_json(a admissions) RETURNS json LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN a.state IN ('ordered', 'dead') THEN json_build_object(
    'attempts', a.delivery_attempts, 'nextAttemptAt', a.next_attempt_at, 'refusedSince', a.refused_since,
    'lastStatus', a.last_status, 'lastReason', a.last_reason, 'crashes', a.crashes,
    'lease', CASE WHEN a.lease_id IS NOT NULL THEN json_build_object('id', a.lease_id, 'until', a.lease_until) END
  ) END
$$;

CREATE OR REPLACE FUNCTION row_json(a admissions, now_ms bigint) RETURNS json LANGUAGE sql STABLE AS $$
  SELECT json_strip_nulls(json_build_object(
    'state', state_at(a, now_ms),
    'attempt', attempt_json(a),
    'leaseUntil', CASE state_at(a, now_ms) WHEN 'active' THEN a.lapses_at END,
    'pendingUntil', CASE state_at(a, now_ms) WHEN 'pending' THEN a.lapses_at END,
    'since', CASE state_at(a, now_ms) WHEN 'unresolved' THEN coalesce(a.unresolved_since, a.lapses_at) END,
    'order', order_json(a),
    'delivery', delivery_json(a),
    'deliveredAt', a.delivered_at,
    'discardedAt', a.discarded_at,
    'admission', json_build_object(
      'id', a.id, 'consumerId', a.consumer_id, 'distributionId', a.distribution_id,
      'distributionType', a.distribution_type, 'experienceId', a.experience_id, 'admittedAt', a.admitted_at,
      'expiresAt', a.expires_at),
    'tokenHash', a.token_hash,
    'sidHash', a.sid_hash,
    'attempts', a.attempts,
    'usesUpBefore', a.uses_up_before,
    'createdAt', a.created_at,
    'updatedAt', a.updated_at))
$$;
`;

/** An admission as it was told, as a row that is not in the table. */
export const ADMISSION_OF = `
CREATE OR REPLACE FUNCTION admission_of(told json) RETURNS admissions LANGUAGE sql STABLE AS $$
  SELECT json_populate_record(NULL::admissions, json_build_object(
    'id', told->'id', 'consumer_id', told->'consumerId', 'distribution_id', told->'distributionId',
    'distribution_type', told->'distributionType', 'experience_id', told->'experienceId',
    'admitted_at', told->'admittedAt', 'expires_at', told->'expiresAt'))
$$;
`;

/** Every row with the id, the token's hash or the triple; and whether an order for the triple used the admission up. */
export const NEIGHBOURS = `
CREATE OR REPLACE FUNCTION neighbours(told admissions, token text) RETURNS SETOF admissions LANGUAGE sql STABLE AS $$
  SELECT a.* FROM admissions a
  WHERE a.id = told.id OR a.token_hash = token OR (a.consumer_id = told.consumer_id
    AND a.distribution_id = told.distribution_id AND a.distribution_type = told.distribution_type)
$$;

CREATE OR REPLACE FUNCTION same_triple(a admissions, told admissions) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT a.consumer_id = told.consumer_id AND a.distribution_id = told.distribution_id
    AND a.distribution_type = told.distribution_type
$$;

CREATE OR REPLACE FUNCTION uses_up(a admissions, told admissions, granted_at bigint) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
  SELECT a.uses_up_before IS NOT NULL AND same_triple(a, told)
    AND (granted_at IS NULL OR granted_at <= a.uses_up_before)
$$;
`;

/**
 * A step looks first, without any lock: what stands in its way by what is committed is an answer. Then it gets the row,
 * or where there is none the triple, to itself, and looks again. Each of these is a statement of its own, so that it sees
 * what others had committed by then.
 */
export const LOCKS = `
CREATE OR REPLACE FUNCTION lock_row(row_id text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM admissions a WHERE a.id = row_id FOR UPDATE;
  RETURN FOUND;
END $$;

CREATE OR REPLACE FUNCTION lock_triple(told admissions, now_ms bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO triples VALUES (told.consumer_id, told.distribution_id, told.distribution_type, now_ms)
    ON CONFLICT (consumer_id, distribution_id, distribution_type) DO UPDATE SET entered_at = excluded.entered_at;
  RETURN true;
END $$;

-- False when the id or the token is somebody's already.
CREATE OR REPLACE FUNCTION enter(told admissions, token text, now_ms bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO admissions (id, consumer_id, distribution_id, distribution_type, experience_id, admitted_at, expires_at,
    token_hash, state, attempts, created_at, updated_at)
  VALUES (told.id, told.consumer_id, told.distribution_id, told.distribution_type, told.experience_id,
    told.admitted_at, told.expires_at, token, 'free', 0, now_ms, now_ms)
  ON CONFLICT DO NOTHING;
  RETURN FOUND;
END $$;

CREATE OR REPLACE FUNCTION no_rest() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The row changed whenever it was looked at; try again.' USING ERRCODE = 'serialization_failure';
END $$;
`;
