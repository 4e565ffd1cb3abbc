-- express-fanfare: the ledger in schema "fanfare", version 1. Safe to run again.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT pg_advisory_xact_lock(hashtextextended('express-fanfare fanfare', 0));
DO $$ BEGIN
  IF current_setting('server_version_num')::integer < 130000 THEN
    RAISE EXCEPTION 'The ledger needs PostgreSQL 13 or later.';
  END IF;
  -- Not IF NOT EXISTS, which asks for the right to make schemas even where there is nothing to make.
  IF to_regnamespace('"fanfare"') IS NULL THEN CREATE SCHEMA "fanfare"; END IF;
END $$;
SET LOCAL search_path TO "fanfare", pg_temp;
CREATE TABLE IF NOT EXISTS ledger_versions (
  version integer PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT now()
);
DO $$ BEGIN
  IF (SELECT max(version) FROM ledger_versions) > 1 THEN
    RAISE EXCEPTION 'A newer version of express-fanfare made the ledger in schema "fanfare"; update the package.';
  END IF;
END $$;

CREATE TABLE IF NOT EXISTS admissions (
  id text COLLATE "C" PRIMARY KEY,
  entry bigint GENERATED ALWAYS AS IDENTITY,
  consumer_id text NOT NULL,
  distribution_id text NOT NULL,
  distribution_type text NOT NULL,
  experience_id text,
  admitted_at bigint,
  expires_at bigint,
  token_hash text UNIQUE,
  sid_hash text,
  state text NOT NULL CHECK (state IN
    ('free', 'active', 'pending', 'unresolved', 'ordered', 'delivered', 'dead', 'discarded')),
  attempts integer NOT NULL,
  attempt_id text,
  attempt_owner text,
  attempt_started_at bigint,
  attempt_reference text,
  lapses_at bigint,
  unresolved_since bigint,
  order_id text,
  amount text,
  currency text,
  metadata text,
  completed_at bigint,
  uses_up_before bigint,
  delivery_attempts integer,
  next_attempt_at bigint,
  refused_since bigint,
  last_status integer,
  last_reason text,
  crashes integer,
  lease_id text,
  lease_until bigint,
  delivered_at bigint,
  discarded_at bigint,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  since_at bigint NOT NULL GENERATED ALWAYS AS (
    CASE state WHEN 'unresolved' THEN unresolved_since WHEN 'ordered' THEN completed_at ELSE updated_at END
  ) STORED,
  due_at bigint GENERATED ALWAYS AS (
    CASE state WHEN 'ordered' THEN greatest(next_attempt_at, lease_until) END
  ) STORED,
  deletable_at bigint GENERATED ALWAYS AS (
    CASE
      WHEN state = 'free' THEN coalesce(expires_at, updated_at) + 86400000
      WHEN state IN ('ordered', 'dead') THEN NULL
      ELSE coalesce(completed_at, lapses_at, unresolved_since) + 400 * 86400000::bigint
    END
  ) STORED,
  CHECK ((attempt_id IS NOT NULL) = (state IN ('active', 'pending', 'unresolved'))),
  CHECK ((lapses_at IS NOT NULL) = (state IN ('active', 'pending'))),
  CHECK ((order_id IS NOT NULL) = (state IN ('ordered', 'delivered', 'dead', 'discarded')))
);
CREATE INDEX IF NOT EXISTS admissions_triple ON admissions (consumer_id, distribution_id, distribution_type);
CREATE INDEX IF NOT EXISTS admissions_state ON admissions (state, since_at, id);
CREATE INDEX IF NOT EXISTS admissions_lapse ON admissions (lapses_at, id) WHERE lapses_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS admissions_due ON admissions (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS admissions_deletable ON admissions (deletable_at) WHERE deletable_at IS NOT NULL;

CREATE TABLE IF NOT EXISTS triples (
  consumer_id text NOT NULL,
  distribution_id text NOT NULL,
  distribution_type text NOT NULL,
  entered_at bigint NOT NULL,
  PRIMARY KEY (consumer_id, distribution_id, distribution_type)
);
CREATE INDEX IF NOT EXISTS triples_entered ON triples (entered_at);

CREATE TABLE IF NOT EXISTS lead (
  one boolean PRIMARY KEY CHECK (one),
  owner text NOT NULL,
  until bigint NOT NULL,
  memo text
);
INSERT INTO lead VALUES (true, '', 0) ON CONFLICT DO NOTHING;

CREATE OR REPLACE FUNCTION engine_now(given_now bigint) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  IF pg_is_in_recovery() THEN
    RAISE EXCEPTION 'This is a read replica; the ledger needs the primary server.'
      USING ERRCODE = 'read_only_sql_transaction';
  END IF;
  RETURN coalesce(given_now, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint);
END $$;

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

CREATE OR REPLACE FUNCTION admission_of(told json) RETURNS admissions LANGUAGE sql STABLE AS $$
  SELECT json_populate_record(NULL::admissions, json_build_object(
    'id', told->'id', 'consumer_id', told->'consumerId', 'distribution_id', told->'distributionId',
    'distribution_type', told->'distributionType', 'experience_id', told->'experienceId',
    'admitted_at', told->'admittedAt', 'expires_at', told->'expiresAt'))
$$;

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

CREATE OR REPLACE FUNCTION in_the_way(told admissions, token text, sid text, supersede boolean,
  take_unresolved boolean, now_ms bigint) RETURNS SETOF admissions LANGUAGE sql STABLE AS $$
  SELECT n.* FROM neighbours(told, token) n LEFT JOIN admissions own ON own.id = told.id
  WHERE CASE
    WHEN n.id <> told.id THEN n.token_hash = token OR uses_up(n, told, coalesce(own.admitted_at, told.admitted_at))
    WHEN state_at(n, now_ms) = 'free' THEN false
    WHEN state_at(n, now_ms) = 'pending' THEN NOT (supersede AND n.sid_hash = sid)
    WHEN state_at(n, now_ms) = 'unresolved' THEN NOT take_unresolved
    ELSE true
  END
  ORDER BY n.order_id IS NULL, n.id <> told.id, n.token_hash IS DISTINCT FROM token
  LIMIT 1
$$;

CREATE OR REPLACE FUNCTION begin_attempt(told admissions, sid text, attempt text, owner text, lease_ms numeric,
  now_ms bigint) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
  own admissions;
  claimed admissions;
BEGIN
  SELECT a.* INTO own FROM admissions a WHERE a.id = told.id;
  UPDATE admissions a SET
    experience_id = coalesce(a.experience_id, told.experience_id),
    admitted_at = coalesce(a.admitted_at, told.admitted_at),
    expires_at = least(a.expires_at, told.expires_at),
    sid_hash = sid,
    state = 'active',
    attempts = a.attempts + 1,
    attempt_id = attempt,
    attempt_owner = owner,
    attempt_started_at = now_ms,
    attempt_reference = NULL,
    lapses_at = now_ms + lease_ms,
    unresolved_since = NULL,
    updated_at = now_ms
  WHERE a.id = told.id RETURNING a.* INTO claimed;
  RETURN json_strip_nulls(json_build_object(
    'outcome', 'claimed',
    'attempt', attempt_json(claimed),
    'took', CASE WHEN own.attempt_id IS NOT NULL
      THEN json_build_object('attempt', attempt_json(own), 'from', state_at(own, now_ms)) END));
END $$;

CREATE OR REPLACE FUNCTION claim(admission json, token text, sid text, attempt text, owner text, lease_ms numeric,
  supersede boolean, take_unresolved boolean, given_now bigint) RETURNS json LANGUAGE plpgsql
  SET search_path FROM CURRENT SET lock_timeout = '1500ms' SET enable_seqscan = off AS $$
DECLARE
  told admissions := admission_of(admission);
  now_ms bigint;
  obstacle admissions;
  row_is_ours boolean := false;
  triple_is_ours boolean := false;
BEGIN
  FOR look IN 1..10 LOOP
    now_ms := engine_now(given_now);
    SELECT o.* INTO obstacle FROM in_the_way(told, token, sid, supersede, take_unresolved, now_ms) o;
    IF FOUND THEN
      RETURN json_build_object('outcome', 'refused', 'row', row_json(obstacle, now_ms));
    END IF;
    IF row_is_ours OR (triple_is_ours AND enter(told, token, now_ms)) THEN
      RETURN begin_attempt(told, sid, attempt, owner, lease_ms, now_ms);
    END IF;
    row_is_ours := lock_row(told.id);
    triple_is_ours := NOT row_is_ours AND lock_triple(told, now_ms);
  END LOOP;
  PERFORM no_rest();
END $$;

CREATE OR REPLACE FUNCTION renew(row_id text, attempt text, lease_ms numeric, given_now bigint) RETURNS json
LANGUAGE plpgsql
  SET search_path FROM CURRENT SET lock_timeout = '1500ms' SET enable_seqscan = off AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
BEGIN
  UPDATE admissions a SET lapses_at = now_ms + lease_ms, updated_at = now_ms
  WHERE a.id = row_id AND a.attempt_id = attempt AND a.state = 'active';
  RETURN to_json(FOUND);
END $$;

CREATE OR REPLACE FUNCTION defer(row_id text, attempt text, reference text, given_now bigint) RETURNS json
LANGUAGE plpgsql
  SET search_path FROM CURRENT SET lock_timeout = '1500ms' SET enable_seqscan = off AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
BEGIN
  UPDATE admissions a SET attempt_reference = reference, updated_at = now_ms
  WHERE a.id = row_id AND a.attempt_id = attempt;
  RETURN to_json(FOUND);
END $$;

CREATE OR REPLACE FUNCTION settle(row_id text, attempt text, to_state text, pending_ms numeric, not_after numeric,
  given_now bigint) RETURNS json LANGUAGE plpgsql
  SET search_path FROM CURRENT SET lock_timeout = '1500ms' SET enable_seqscan = off AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
  stays_open boolean := to_state <> 'free';
BEGIN
  UPDATE admissions a SET
    state = to_state,
    attempt_id = CASE WHEN stays_open THEN a.attempt_id END,
    attempt_owner = CASE WHEN stays_open THEN a.attempt_owner END,
    attempt_started_at = CASE WHEN stays_open THEN a.attempt_started_at END,
    attempt_reference = CASE WHEN stays_open THEN a.attempt_reference END,
    lapses_at = CASE to_state WHEN 'pending' THEN least(now_ms + pending_ms, not_after) END,
    unresolved_since = CASE to_state
      WHEN 'unresolved' THEN coalesce(a.unresolved_since, least(a.lapses_at, now_ms)) END,
    updated_at = now_ms
  WHERE a.id = row_id AND a.attempt_id = attempt;
  RETURN to_json(FOUND);
END $$;

CREATE OR REPLACE FUNCTION judge_order(target_by text, told admissions, its_order text,
  OUT verdict text, OUT its_row admissions) LANGUAGE plpgsql STABLE AS $$
DECLARE
  open_rows bigint := 0;
BEGIN
  IF target_by = 'triple' THEN
    SELECT n.* INTO its_row FROM neighbours(told, NULL) n WHERE same_triple(n, told)
    ORDER BY n.order_id IS DISTINCT FROM its_order, n.order_id IS NOT NULL,
      CASE WHEN n.order_id <> its_order THEN n.completed_at END DESC, n.id <> told.id, n.entry
    LIMIT 1;
    SELECT count(*) INTO open_rows FROM neighbours(told, NULL) n WHERE same_triple(n, told) AND n.order_id IS NULL;
  ELSE
    SELECT n.* INTO its_row FROM neighbours(told, NULL) n
    WHERE n.id = told.id OR uses_up(n, told, told.admitted_at)
    ORDER BY n.order_id IS NULL, n.id <> told.id
    LIMIT 1;
  END IF;
  verdict := CASE
    WHEN its_row.order_id = its_order THEN 'same'
    WHEN its_row.order_id IS NOT NULL THEN 'used'
    WHEN open_rows > 1 THEN 'ambiguous'
    WHEN its_row.id IS NULL AND target_by = 'id' THEN 'missing'
    ELSE 'record'
  END;
END $$;

CREATE OR REPLACE FUNCTION record_order(row_id text, its_order json, its_metadata text, uses_up_to bigint,
  before json, now_ms bigint) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
  recorded admissions;
BEGIN
  UPDATE admissions a SET
    state = 'ordered',
    attempt_id = NULL,
    attempt_owner = NULL,
    attempt_started_at = NULL,
    attempt_reference = NULL,
    lapses_at = NULL,
    unresolved_since = NULL,
    order_id = its_order->>'orderId',
    amount = its_order->>'amount',
    currency = its_order->>'currency',
    metadata = its_metadata,
    completed_at = now_ms,
    uses_up_before = uses_up_to,
    delivery_attempts = 0,
    next_attempt_at = now_ms,
    updated_at = now_ms
  WHERE a.id = row_id RETURNING a.* INTO recorded;
  RETURN json_strip_nulls(json_build_object(
    'outcome', 'recorded', 'row', row_json(recorded, now_ms), 'before', before));
END $$;

CREATE OR REPLACE FUNCTION complete(target_by text, admission json, its_order json, its_metadata text,
  given_now bigint) RETURNS json LANGUAGE plpgsql
  SET search_path FROM CURRENT SET lock_timeout = '1500ms' SET enable_seqscan = off AS $$
DECLARE
  told admissions := admission_of(admission);
  now_ms bigint;
  judged record;
  found_row admissions;
  our_row text;
  triple_is_ours boolean := false;
BEGIN
  FOR look IN 1..10 LOOP
    now_ms := engine_now(given_now);
    SELECT j.* INTO judged FROM judge_order(target_by, told, its_order->>'orderId') j;
    found_row := judged.its_row;
    IF judged.verdict IN ('same', 'used') THEN
      RETURN json_build_object('outcome', judged.verdict, 'row', row_json(found_row, now_ms));
    ELSIF judged.verdict <> 'record' THEN
      RETURN json_build_object('outcome', judged.verdict);
    ELSIF found_row.id = our_row THEN
      RETURN record_order(our_row, its_order, its_metadata, NULL, row_json(found_row, now_ms), now_ms);
    ELSIF found_row.id IS NULL AND triple_is_ours AND enter(told, NULL, now_ms) THEN
      RETURN record_order(told.id, its_order, its_metadata, CASE target_by WHEN 'triple' THEN now_ms END, NULL, now_ms);
    END IF;
    our_row := coalesce(found_row.id, told.id);
    IF NOT lock_row(our_row) THEN
      our_row := NULL;
      triple_is_ours := target_by <> 'id' AND lock_triple(told, now_ms);
    END IF;
  END LOOP;
  PERFORM no_rest();
END $$;

CREATE OR REPLACE FUNCTION lease_rows(row_ids text[], lease_ms numeric, now_ms bigint) RETURNS json
LANGUAGE plpgsql AS $$
DECLARE
  taken json;
BEGIN
  WITH leased AS (
    UPDATE admissions a SET
      crashes = CASE WHEN a.lease_id IS NULL THEN a.crashes ELSE coalesce(a.crashes, 0) + 1 END,
      lease_id = gen_random_uuid(),
      lease_until = now_ms + lease_ms,
      updated_at = now_ms
    WHERE a.id = ANY (row_ids) AND a.state = 'ordered' AND coalesce(a.lease_until, 0) <= now_ms
    RETURNING a AS row)
  SELECT coalesce(json_agg(
      json_build_object('row', row_json(l.row, now_ms), 'leaseId', (l.row).lease_id, 'takenAt', now_ms)
      ORDER BY (l.row).expires_at, (l.row).completed_at, (l.row).id), '[]') INTO taken
  FROM leased l;
  RETURN taken;
END $$;

CREATE OR REPLACE FUNCTION take_due(at_most integer, lease_ms numeric, given_now bigint) RETURNS json LANGUAGE plpgsql
  SET search_path FROM CURRENT SET lock_timeout = '1500ms' SET enable_seqscan = off AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
BEGIN
  RETURN lease_rows(ARRAY(
    SELECT a.id FROM admissions a WHERE a.due_at <= now_ms
    ORDER BY a.expires_at, a.completed_at, a.id LIMIT greatest(at_most, 0) FOR UPDATE SKIP LOCKED), lease_ms, now_ms);
END $$;

CREATE OR REPLACE FUNCTION take(row_id text, lease_ms numeric, given_now bigint) RETURNS json LANGUAGE plpgsql
  SET search_path FROM CURRENT SET lock_timeout = '1500ms' SET enable_seqscan = off AS $$
BEGIN
  RETURN lease_rows(ARRAY[row_id], lease_ms, engine_now(given_now))->0;
END $$;

CREATE OR REPLACE FUNCTION settle_delivery(row_id text, lease text, to_state text, progress json, given_now bigint)
RETURNS json LANGUAGE plpgsql
  SET search_path FROM CURRENT SET lock_timeout = '1500ms' SET enable_seqscan = off AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
BEGIN
  UPDATE admissions a SET
    state = to_state,
    (delivery_attempts, next_attempt_at, refused_since, last_status, last_reason, crashes) = (
      SELECT p.* FROM json_to_record(progress) AS p (attempts integer, "nextAttemptAt" numeric, "refusedSince" numeric,
        "lastStatus" integer, "lastReason" text, crashes integer)),
    lease_id = NULL,
    lease_until = NULL,
    delivered_at = CASE to_state WHEN 'delivered' THEN now_ms END,
    updated_at = now_ms
  WHERE a.id = row_id AND a.state = 'ordered' AND a.lease_id = lease;
  RETURN to_json(FOUND);
END $$;

CREATE OR REPLACE FUNCTION reschedule(row_id text, progress json, given_now bigint) RETURNS json LANGUAGE plpgsql
  SET search_path FROM CURRENT SET lock_timeout = '1500ms' SET enable_seqscan = off AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
BEGIN
  UPDATE admissions a SET
    state = 'ordered',
    (delivery_attempts, next_attempt_at, refused_since, last_status, last_reason, crashes) = (
      SELECT p.* FROM json_to_record(progress) AS p (attempts integer, "nextAttemptAt" numeric, "refusedSince" numeric,
        "lastStatus" integer, "lastReason" text, crashes integer)),
    lease_id = NULL,
    lease_until = NULL,
    updated_at = now_ms
  WHERE a.id = row_id AND (a.state = 'dead' OR (a.state = 'ordered' AND coalesce(a.lease_until, 0) <= now_ms));
  RETURN to_json(FOUND);
END $$;

CREATE OR REPLACE FUNCTION discard(row_id text, given_now bigint) RETURNS json LANGUAGE plpgsql
  SET search_path FROM CURRENT SET lock_timeout = '1500ms' SET enable_seqscan = off AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
BEGIN
  UPDATE admissions a SET state = 'discarded', discarded_at = now_ms, updated_at = now_ms
  WHERE a.id = row_id AND a.state = 'dead';
  RETURN to_json(FOUND);
END $$;

CREATE OR REPLACE FUNCTION find(row_id text, given_now bigint) RETURNS json LANGUAGE plpgsql
  SET search_path FROM CURRENT SET lock_timeout = '1500ms' SET enable_seqscan = off AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
BEGIN
  RETURN (SELECT row_json(a, now_ms) FROM admissions a WHERE a.id = row_id);
END $$;

CREATE OR REPLACE FUNCTION list(states text[], older_than_ms numeric, at_most integer, given_now bigint) RETURNS json
LANGUAGE plpgsql
  SET search_path FROM CURRENT SET lock_timeout = '1500ms' SET enable_seqscan = off AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
  before_ms bigint := now_ms - older_than_ms;
BEGIN
  RETURN (
    WITH candidates AS (
      SELECT kept.* FROM (SELECT DISTINCT unnest(states) AS state) wanted CROSS JOIN LATERAL (
        SELECT a AS listed, a.since_at AS since FROM admissions a
        WHERE a.state = wanted.state AND a.since_at <= before_ms AND (a.lapses_at IS NULL OR a.lapses_at > now_ms)
        ORDER BY a.since_at, a.id LIMIT greatest(at_most, 0)) kept
      UNION ALL (
        SELECT a, a.lapses_at FROM admissions a
        WHERE 'unresolved' = ANY (states) AND a.lapses_at <= least(now_ms, before_ms)
        ORDER BY a.lapses_at, a.id LIMIT greatest(at_most, 0))),
    oldest AS (SELECT c.* FROM candidates c ORDER BY c.since, (c.listed).id LIMIT greatest(at_most, 0))
    SELECT coalesce(json_agg(row_json(o.listed, now_ms) ORDER BY o.since, (o.listed).id), '[]') FROM oldest o);
END $$;

CREATE OR REPLACE FUNCTION lead(its_owner text, lease_ms numeric, its_memo text, given_now bigint) RETURNS json
LANGUAGE plpgsql
  SET search_path FROM CURRENT SET lock_timeout = '1500ms' SET enable_seqscan = off AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
  kept text;
BEGIN
  UPDATE lead l SET owner = its_owner, until = now_ms + lease_ms, memo = coalesce(its_memo, l.memo)
  WHERE l.one AND (l.owner = its_owner OR l.until <= now_ms) RETURNING l.memo INTO kept;
  RETURN json_strip_nulls(json_build_object('leads', FOUND, 'memo', kept));
END $$;

CREATE OR REPLACE FUNCTION purge(at_most integer, given_now bigint) RETURNS json LANGUAGE plpgsql
  SET search_path FROM CURRENT SET lock_timeout = '1500ms' SET enable_seqscan = off AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
  purged integer;
  forgotten integer;
BEGIN
  DELETE FROM admissions a WHERE a.id = ANY (ARRAY(
    SELECT o.id FROM admissions o WHERE o.deletable_at <= now_ms LIMIT at_most FOR UPDATE SKIP LOCKED));
  GET DIAGNOSTICS purged = ROW_COUNT;
  DELETE FROM triples t WHERE t.ctid = ANY (ARRAY(
    SELECT o.ctid FROM triples o WHERE o.entered_at <= now_ms - 86400000 LIMIT at_most FOR UPDATE SKIP LOCKED));
  GET DIAGNOSTICS forgotten = ROW_COUNT;
  RETURN json_build_object('purged', purged, 'more', greatest(purged, forgotten) >= at_most);
END $$;

INSERT INTO ledger_versions (version) VALUES (1) ON CONFLICT DO NOTHING;
COMMIT;
