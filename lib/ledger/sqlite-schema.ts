/** How a ledger file is laid out, how it comes to be, and the check that it keeps what it is given. */
import type { SqliteDatabase } from './sqlite-driver.js';

/** Kept in the file as `user_version`; goes up with every change to the layout. */
const SCHEMA_VERSION = 5;

/**
 * `record` is the row, or the note; the columns beside it repeat what is searched for:
 * `since_at` what ages are measured from, `lapses_at` the end of a lease or of the pending time, `due_at` when an order
 * may be sent next, `delete_at` when the row may go. All times are milliseconds since the epoch.
 *
 * Orders lie in the index by urgency, so that taking the next of 10,000 sorts nothing. Layout 3 had them by `due_at`.
 */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS fanfare_admissions (
  id TEXT NOT NULL PRIMARY KEY,
  token_hash TEXT UNIQUE,
  consumer_id TEXT NOT NULL,
  distribution_id TEXT NOT NULL,
  distribution_type TEXT NOT NULL,
  state TEXT NOT NULL,
  since_at INTEGER NOT NULL,
  expires_at INTEGER,
  lapses_at INTEGER,
  due_at INTEGER,
  delete_at INTEGER,
  record TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS fanfare_admissions_triple
  ON fanfare_admissions (consumer_id, distribution_id, distribution_type);
CREATE INDEX IF NOT EXISTS fanfare_admissions_state ON fanfare_admissions (state, since_at, id);
CREATE INDEX IF NOT EXISTS fanfare_admissions_lapse ON fanfare_admissions (lapses_at, id)
  WHERE lapses_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS fanfare_admissions_urgency ON fanfare_admissions (expires_at, since_at, id, due_at)
  WHERE due_at IS NOT NULL;
DROP INDEX IF EXISTS fanfare_admissions_due;
CREATE INDEX IF NOT EXISTS fanfare_admissions_delete ON fanfare_admissions (delete_at)
  WHERE delete_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS fanfare_admissions_order ON fanfare_admissions (json_extract(record, '$.order.orderId'));
CREATE INDEX IF NOT EXISTS fanfare_admissions_completed
  ON fanfare_admissions (json_extract(record, '$.order.completedAt'));
CREATE TABLE IF NOT EXISTS fanfare_ledger (one INTEGER NOT NULL PRIMARY KEY, opened_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS fanfare_lead (one INTEGER NOT NULL PRIMARY KEY, record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS fanfare_notes (
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  until INTEGER NOT NULL,
  done INTEGER NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (kind, key)
);
CREATE INDEX IF NOT EXISTS fanfare_notes_open ON fanfare_notes (kind, created_at, key) WHERE done = 0;
CREATE INDEX IF NOT EXISTS fanfare_notes_until ON fanfare_notes (until);
`;

/** Makes a connection fit for use: durable, with the layout in place, and a first write gone through. */
export function prepareDatabase(database: SqliteDatabase, file: string, now: number): void {
  refuseNewer(database, file);
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = FULL');
  inTransaction(database, () => {
    // Asked again under the lock: another process may have migrated the file a moment ago.
    refuseNewer(database, file);
    database.exec(SCHEMA);
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    database
      .prepare(
        'INSERT INTO fanfare_ledger VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET opened_at = excluded.opened_at',
      )
      .run(now);
  });
  checkDurable(database, file);
}

/** Runs `work` as the only writer; undone when it throws. */
export function inTransaction<Result>(database: SqliteDatabase, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    rollBack(database, error);
    throw error;
  }
}

function rollBack(database: SqliteDatabase, error: unknown): void {
  try {
    database.exec('ROLLBACK');
  } catch (second) {
    // After a full disk SQLite has rolled back by itself and says so; anything else must be seen as well.
    if (!/no transaction is active/.test(String(second))) {
      throw new AggregateError(
        [error, second],
        `${String(error)}; and the rollback failed: ${String(second)}`,
      );
    }
  }
}

function refuseNewer(database: SqliteDatabase, file: string): void {
  const version = Number(pragma(database, 'user_version'));
  if (version > SCHEMA_VERSION) {
    throw new Error(
      `The ledger file "${file}" has layout ${version}, and this version of express-fanfare knows only ${SCHEMA_VERSION}. ` +
        'Either a newer version made it, or it belongs to another application: update, or give the ledger a file of its own.',
    );
  }
}

/** SQLite does not complain when a filesystem cannot do what was asked for: it goes on with less. */
function checkDurable(database: SqliteDatabase, file: string): void {
  const journal = pragma(database, 'journal_mode');
  const synchronous = Number(pragma(database, 'synchronous'));
  const wanted = file === ':memory:' ? 'memory' : 'wal';
  if (journal !== wanted || synchronous !== 2) {
    throw new Error(
      `The ledger file "${file}" does not keep orders safely: journal_mode is ${String(journal)} (must be wal) and ` +
        `synchronous is ${synchronous} (must be 2, full). Put it on a local disk.`,
    );
  }
}

function pragma(database: SqliteDatabase, name: string): unknown {
  return (database.prepare(`PRAGMA ${name}`).get() as Record<string, unknown>)[name];
}
