/** Looking, leading and cleaning up, as functions in the database. */
import { STEP } from './postgres-sql-rows.js';

const FIND = `
CREATE OR REPLACE FUNCTION find(row_id text, given_now bigint) RETURNS json ${STEP} AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
BEGIN
  RETURN (SELECT row_json(a, now_ms) FROM admissions a WHERE a.id = row_id);
END $$;
`;

const ROWS_OF = `
CREATE OR REPLACE FUNCTION rows_of(told json, given_now bigint) RETURNS json ${STEP} AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
BEGIN
  RETURN (SELECT coalesce(json_agg(row_json(n, now_ms)), '[]') FROM neighbours(admission_of(told), NULL) n);
END $$;
`;

/** Rows in a state that has not lapsed, and those that have, each by its own index. */
const LIST = `
CREATE OR REPLACE FUNCTION list(states text[], older_than_ms numeric, at_most integer, given_now bigint) RETURNS json
${STEP} AS $$
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
`;

const LEAD_STEP = `
CREATE OR REPLACE FUNCTION lead(its_owner text, lease_ms numeric, its_memo text, given_now bigint) RETURNS json
${STEP} AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
  kept text;
BEGIN
  UPDATE lead l SET owner = its_owner, until = now_ms + lease_ms, memo = coalesce(its_memo, l.memo)
  WHERE l.one AND (l.owner = its_owner OR l.until <= now_ms OR (lease_ms > 0 AND l.until > now_ms + 2 * lease_ms))
  RETURNING l.memo INTO kept;
  RETURN json_strip_nulls(json_build_object('leads', FOUND, 'memo', kept));
END $$;
`;

/** A day is far longer than any transaction that a row of `triples` is kept for. */
const PURGE = `
CREATE OR REPLACE FUNCTION purge(at_most integer, given_now bigint) RETURNS json ${STEP} AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
  purged integer;
  past integer;
  forgotten integer;
BEGIN
  DELETE FROM admissions a WHERE a.id = ANY (ARRAY(
    SELECT o.id FROM admissions o WHERE o.deletable_at <= now_ms LIMIT at_most FOR UPDATE SKIP LOCKED));
  GET DIAGNOSTICS purged = ROW_COUNT;
  DELETE FROM notes n WHERE n.ctid = ANY (ARRAY(
    SELECT o.ctid FROM notes o WHERE o.until <= now_ms LIMIT at_most FOR UPDATE SKIP LOCKED));
  GET DIAGNOSTICS past = ROW_COUNT;
  DELETE FROM triples t WHERE t.ctid = ANY (ARRAY(
    SELECT o.ctid FROM triples o WHERE o.entered_at <= now_ms - 86400000 LIMIT at_most FOR UPDATE SKIP LOCKED));
  GET DIAGNOSTICS forgotten = ROW_COUNT;
  RETURN json_build_object('purged', purged + past, 'more', greatest(purged, past, forgotten) >= at_most);
END $$;
`;

export const UPKEEP_STEPS = [FIND, ROWS_OF, LIST, LEAD_STEP, PURGE].join('');
