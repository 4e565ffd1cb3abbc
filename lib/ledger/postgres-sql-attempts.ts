/** The steps of an order attempt, as functions in the database: what `transitions.ts` says, under the row's lock. */
import { STEP } from './postgres-sql-rows.js';

/** What stands in the way of a claim: a row with an order before one that is only busy, since it is the last word. */
const IN_THE_WAY = `
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
`;

/** Writes the attempt into a row that is the caller's own. What the ledger knew stays; time may only get shorter. */
const BEGIN_ATTEMPT = `
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
`;

const CLAIM = `
CREATE OR REPLACE FUNCTION claim(admission json, token text, sid text, attempt text, owner text, lease_ms numeric,
  supersede boolean, take_unresolved boolean, given_now bigint) RETURNS json ${STEP} AS $$
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
    IF is_denied(told, now_ms) THEN
      RETURN json_build_object('outcome', 'denied');
    END IF;
    IF row_is_ours OR (triple_is_ours AND enter(told, token, now_ms)) THEN
      RETURN begin_attempt(told, sid, attempt, owner, lease_ms, now_ms);
    END IF;
    row_is_ours := lock_row(told.id);
    triple_is_ours := NOT row_is_ours AND lock_triple(told, now_ms);
  END LOOP;
  PERFORM no_rest();
END $$;
`;

const RENEW = `
CREATE OR REPLACE FUNCTION renew(row_id text, attempt text, lease_ms numeric, given_now bigint) RETURNS json
${STEP} AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
BEGIN
  UPDATE admissions a SET lapses_at = now_ms + lease_ms, updated_at = now_ms
  WHERE a.id = row_id AND a.attempt_id = attempt AND a.state = 'active';
  RETURN to_json(FOUND);
END $$;
`;

const DEFER = `
CREATE OR REPLACE FUNCTION defer(row_id text, attempt text, reference text, given_now bigint) RETURNS json
${STEP} AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
BEGIN
  UPDATE admissions a SET attempt_reference = reference, updated_at = now_ms
  WHERE a.id = row_id AND a.attempt_id = attempt;
  RETURN to_json(FOUND);
END $$;
`;

const SETTLE = `
CREATE OR REPLACE FUNCTION settle(row_id text, attempt text, to_state text, pending_ms numeric, not_after numeric,
  found_since bigint, given_now bigint) RETURNS json ${STEP} AS $$
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
  WHERE a.id = row_id AND a.attempt_id = attempt AND (found_since IS NULL
    OR state_at(a, now_ms) = 'unresolved' AND coalesce(a.unresolved_since, a.lapses_at) = found_since);
  RETURN to_json(FOUND);
END $$;
`;

export const ATTEMPT_STEPS = [IN_THE_WAY, BEGIN_ATTEMPT, CLAIM, RENEW, DEFER, SETTLE].join('');
