/** Counting and searching, as functions in the database. */
import { STEP } from './postgres-sql-rows.js';

/** By indexes alone: first as the rows are stored, then what has lapsed is moved. */
const COUNT_ROWS = `
CREATE OR REPLACE FUNCTION count_rows(states text[], newer_than_ms numeric, given_now bigint) RETURNS json
${STEP} AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
  after_ms bigint := coalesce(now_ms - newer_than_ms, -1);
BEGIN
  RETURN (
    SELECT coalesce(json_object_agg(asked.state,
      (SELECT count(*) FROM admissions a WHERE a.state = asked.state AND a.since_at > after_ms)
      - (SELECT count(*) FROM admissions a
        WHERE a.lapses_at <= now_ms AND a.state = asked.state AND a.since_at > after_ms)
      + CASE asked.state WHEN 'unresolved' THEN
        (SELECT count(*) FROM admissions a WHERE a.lapses_at <= now_ms AND a.lapses_at > after_ms) ELSE 0 END), '{}')
    FROM (SELECT DISTINCT unnest(states) AS state) asked);
END $$;
`;

const COUNT_ORDERS = `
CREATE OR REPLACE FUNCTION count_orders(newer_than_ms numeric, given_now bigint) RETURNS json ${STEP} AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
  after_ms bigint := now_ms - newer_than_ms;
BEGIN
  RETURN (SELECT to_json(count(*)) FROM admissions a WHERE a.completed_at > after_ms);
END $$;
`;

const SEARCH = `
CREATE OR REPLACE FUNCTION search(its_order text, its_consumer text, at_most integer, given_now bigint) RETURNS json
${STEP} AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
BEGIN
  RETURN (
    SELECT coalesce(json_agg(row_json(f.found, now_ms) ORDER BY (f.found).created_at DESC, (f.found).id DESC), '[]')
    FROM (
      SELECT a AS found FROM admissions a WHERE a.order_id = its_order OR a.consumer_id = its_consumer
      ORDER BY a.created_at DESC, a.id DESC LIMIT greatest(at_most, 0)) f);
END $$;
`;

export const OVERVIEW_STEPS = [COUNT_ROWS, COUNT_ORDERS, SEARCH].join('');
