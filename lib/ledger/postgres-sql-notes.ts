/** Notes and denials, as functions in the database: what `noting.ts` says, under the note's lock. */
import { STEP } from './postgres-sql-rows.js';

/** Notes by kind and name. A denial is one, named by a hash of its triple. */
export const NOTES = `
CREATE TABLE IF NOT EXISTS notes (
  kind text NOT NULL,
  key text COLLATE "C" NOT NULL,
  value text NOT NULL,
  uses integer NOT NULL,
  until bigint NOT NULL,
  done boolean NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (kind, key)
);
CREATE INDEX IF NOT EXISTS notes_open ON notes (kind, created_at, key) WHERE NOT done;
CREATE INDEX IF NOT EXISTS notes_until ON notes (until);
`;

const NOTE_JSON = `
CREATE OR REPLACE FUNCTION note_json(n notes) RETURNS json LANGUAGE sql STABLE AS $$
  SELECT json_build_object('kind', n.kind, 'key', n.key, 'value', n.value, 'uses', n.uses, 'until', n.until,
    'done', n.done, 'createdAt', n.created_at)
$$;
`;

/** The key is worked out as `denialKey` does; whether it denies, as `denies` does. */
export const DENIALS = `
CREATE OR REPLACE FUNCTION denial_key(its_type text, its_distribution text, its_consumer text) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT translate(rtrim(encode(sha256(convert_to(
    string_agg(octet_length(part) || ':' || part, '' ORDER BY place), 'UTF8')), 'base64'), '='), '+/', '-_')
  FROM unnest(ARRAY[its_type, its_distribution, its_consumer]) WITH ORDINALITY AS parts (part, place)
$$;

CREATE OR REPLACE FUNCTION is_denied(told admissions, now_ms bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM notes n LEFT JOIN admissions own ON own.id = told.id
    WHERE n.kind = 'denied' AND n.key = denial_key(told.distribution_type, told.distribution_id, told.consumer_id)
      AND n.until > now_ms
      AND coalesce(coalesce(own.admitted_at, told.admitted_at) <= n.value::bigint, true))
$$;
`;

/** With a most, one transaction after the other: what the one before has added must be counted. */
const ADD_NOTE = `
CREATE OR REPLACE FUNCTION add_note(its_kind text, its_key text, its_value text, its_until numeric, most_open numeric,
  given_now bigint) RETURNS json ${STEP} AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
BEGIN
  IF most_open IS NOT NULL THEN
    PERFORM pg_advisory_xact_lock(hashtextextended(format('express-fanfare %s %s', current_schema(), its_kind), 0));
    now_ms := engine_now(given_now);
    IF (SELECT count(*) FROM notes n WHERE n.kind = its_kind AND NOT n.done AND n.until > now_ms) >= most_open THEN
      RETURN to_json(false);
    END IF;
  END IF;
  INSERT INTO notes AS n (kind, key, value, uses, until, done, created_at)
  VALUES (its_kind, its_key, its_value, 0, its_until, false, now_ms)
  ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value, uses = 0, until = excluded.until, done = false,
    created_at = excluded.created_at
  WHERE n.until <= now_ms;
  RETURN to_json(FOUND);
END $$;
`;

const FIND_NOTE = `
CREATE OR REPLACE FUNCTION find_note(its_kind text, its_key text, given_now bigint) RETURNS json ${STEP} AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
BEGIN
  RETURN (SELECT note_json(n) FROM notes n WHERE n.kind = its_kind AND n.key = its_key AND n.until > now_ms);
END $$;
`;

const USE_NOTE = `
CREATE OR REPLACE FUNCTION use_note(its_kind text, its_key text, at_most numeric, given_now bigint) RETURNS json
${STEP} AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
  used notes;
BEGIN
  UPDATE notes n SET uses = n.uses + 1
  WHERE n.kind = its_kind AND n.key = its_key AND n.until > now_ms AND NOT n.done AND n.uses < at_most
  RETURNING n.* INTO used;
  RETURN CASE WHEN FOUND THEN note_json(used) END;
END $$;
`;

const OPEN_NOTES = `
CREATE OR REPLACE FUNCTION open_notes(its_kind text, at_most integer, after_time bigint, after_key text,
  given_now bigint) RETURNS json ${STEP} AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
BEGIN
  RETURN (
    WITH listed AS (
      SELECT n.* FROM notes n
      WHERE n.kind = its_kind AND NOT n.done AND n.until > now_ms
        AND (n.created_at, n.key) > (coalesce(after_time, -1), coalesce(after_key, ''))
      ORDER BY n.created_at, n.key LIMIT greatest(at_most, 0))
    SELECT coalesce(json_agg(note_json(l::notes) ORDER BY l.created_at, l.key), '[]') FROM listed l);
END $$;
`;

const FINISH_NOTE = `
CREATE OR REPLACE FUNCTION finish_note(its_kind text, its_key text, its_value text, given_now bigint) RETURNS json ${STEP} AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
BEGIN
  UPDATE notes n SET value = its_value, done = true
  WHERE n.kind = its_kind AND n.key = its_key AND n.until > now_ms AND NOT n.done;
  RETURN to_json(FOUND);
END $$;
`;

const DENY = `
CREATE OR REPLACE FUNCTION deny(its_type text, its_distribution text, its_consumer text, denied_at bigint,
  its_until numeric, given_now bigint) RETURNS json ${STEP} AS $$
DECLARE
  now_ms bigint := engine_now(given_now);
BEGIN
  INSERT INTO notes AS n (kind, key, value, uses, until, done, created_at)
  VALUES ('denied', denial_key(its_type, its_distribution, its_consumer), denied_at, 0, its_until, false, now_ms)
  ON CONFLICT (kind, key) DO UPDATE SET
    value = CASE WHEN n.until > now_ms THEN greatest(n.value::bigint, denied_at) ELSE denied_at END,
    until = greatest(n.until, excluded.until),
    created_at = CASE WHEN n.until > now_ms THEN n.created_at ELSE now_ms END;
  RETURN NULL;
END $$;
`;

export const NOTE_STEPS = [NOTE_JSON, ADD_NOTE, FIND_NOTE, USE_NOTE, OPEN_NOTES, FINISH_NOTE, DENY].join('');
