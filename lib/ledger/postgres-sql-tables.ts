/**
 * The tables of the PostgreSQL ledger. Times are milliseconds since the epoch, as everywhere else in the ledger;
 * `to_timestamp(completed_at / 1000.0)` shows one. Three columns are worked out from the others: `since_at`, what ages are
 * measured from, `due_at`, when an order may be sent next, and `deletable_at`, when the row may go.
 */

/** One row per admission. `entry` is the order of arrival, the last word where rows are otherwise equal. */
export const ADMISSIONS = `
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
CREATE INDEX IF NOT EXISTS admissions_order ON admissions (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS admissions_completed ON admissions (completed_at) WHERE completed_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS admissions_deletable ON admissions (deletable_at) WHERE deletable_at IS NOT NULL;
`;

/**
 * What two transactions that add a row for the same triple meet on. A lock alone would not do: inside a transaction with
 * an older snapshot (REPEATABLE READ) only a row that both write makes the later one fail instead of not seeing the first.
 */
export const TRIPLES = `
CREATE TABLE IF NOT EXISTS triples (
  consumer_id text NOT NULL,
  distribution_id text NOT NULL,
  distribution_type text NOT NULL,
  entered_at bigint NOT NULL,
  PRIMARY KEY (consumer_id, distribution_id, distribution_type)
);
CREATE INDEX IF NOT EXISTS triples_entered ON triples (entered_at);
`;

/** One row: who does the background work, and what the next one should know. */
export const LEAD = `
CREATE TABLE IF NOT EXISTS lead (
  one boolean PRIMARY KEY CHECK (one),
  owner text NOT NULL,
  until bigint NOT NULL,
  memo text
);
INSERT INTO lead VALUES (true, '', 0) ON CONFLICT DO NOTHING;
`;
