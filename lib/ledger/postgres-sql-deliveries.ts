/** How completions are leased and settled, as functions in the database: what `delivering.ts` says. */
import { STEP } from './postgres-sql-rows.js';

/** A caller's word on the progress, into the columns that hold it; a lease never outlives it. */
const PROGRESS = `(delivery_attempts, next_attempt_at, refused_since, last_status, last_reason, crashes) = (
      SELECT p.* FROM json_to_record(progress) AS p (attempts integer, "nextAttemptAt" numeric, "refusedSince" numeric,
        "lastStatus" integer, "lastReason" text, crashes integer)),
    lease_id = NULL,
    lease_until = NULL`;

/** Leases whichever of these rows are not leased. A lease that is still there was never settled: its sender died. */
const LEASE_ROWS = `
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
`;

const TAKE_DUE = `
CREATE OR REPLACE FUNCTION take_due(at_most integer, lease_ms numeric, given_now bigint) RETURNS json ${STEP} AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
BEGIN
  RETURN lease_rows(ARRAY(
    SELECT a.id FROM admissions a WHERE a.due_at <= now_ms
    ORDER BY a.expires_at, a.completed_at, a.id LIMIT greatest(at_most, 0) FOR UPDATE SKIP LOCKED), lease_ms, now_ms);
END $$;
`;

const TAKE = `
CREATE OR REPLACE FUNCTION take(row_id text, lease_ms numeric, given_now bigint) RETURNS json ${STEP} AS $$
BEGIN
  RETURN lease_rows(ARRAY[row_id], lease_ms, engine_now(given_now))->0;
END $$;
`;

const SETTLE_DELIVERY = `
CREATE OR REPLACE FUNCTION settle_delivery(row_id text, lease text, to_state text, progress json, given_now bigint)
RETURNS json ${STEP} AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
BEGIN
  UPDATE admissions a SET
    state = to_state,
    ${PROGRESS},
    delivered_at = CASE to_state WHEN 'delivered' THEN now_ms END,
    updated_at = now_ms
  WHERE a.id = row_id AND a.state = 'ordered' AND a.lease_id = lease;
  RETURN to_json(FOUND);
END $$;
`;

const RESCHEDULE = `
CREATE OR REPLACE FUNCTION reschedule(row_id text, progress json, given_now bigint) RETURNS json ${STEP} AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
BEGIN
  UPDATE admissions a SET
    state = 'ordered',
    ${PROGRESS},
    updated_at = now_ms
  WHERE a.id = row_id AND (a.state = 'dead' OR (a.state = 'ordered' AND coalesce(a.lease_until, 0) <= now_ms));
  RETURN to_json(FOUND);
END $$;
`;

const DISCARD = `
CREATE OR REPLACE FUNCTION discard(row_id text, given_now bigint) RETURNS json ${STEP} AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
BEGIN
  UPDATE admissions a SET state = 'discarded', discarded_at = now_ms, updated_at = now_ms
  WHERE a.id = row_id AND a.state = 'dead';
  RETURN to_json(FOUND);
END $$;
`;

export const DELIVERY_STEPS = [LEASE_ROWS, TAKE_DUE, TAKE, SETTLE_DELIVERY, RESCHEDULE, DISCARD].join('');
