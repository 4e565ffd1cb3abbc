/** How an order is written down, as functions in the database: what `completing.ts` says, under the row's lock. */
import { STEP } from './postgres-sql-rows.js';

/**
 * What is to be done with an order: `same` or `used` with the row that says so, `ambiguous`, `missing`, or `record`, onto
 * the row found or onto a new one. A stable function: all of it sees the one snapshot of the statement that calls it.
 */
const JUDGE_ORDER = `
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
`;

/** Writes the order into a row that is the caller's own. */
const RECORD_ORDER = `
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
`;

const COMPLETE = `
CREATE OR REPLACE FUNCTION complete(target_by text, admission json, its_order json, its_metadata text,
  given_now bigint) RETURNS json ${STEP} AS $$
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
`;

export const ORDER_STEPS = [JUDGE_ORDER, RECORD_ORDER, COMPLETE].join('');
