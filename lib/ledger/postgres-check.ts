/** Whether a database keeps what it is given: asked once, when the ledger opens. */
import type { PostgresConnection } from './postgres-connection.js';
import { answerOf } from './postgres-connection.js';
import { SCHEMA_VERSION, schemaVersion } from './postgres-migration.js';

interface Facts {
  readonly replica: boolean;
  readonly readOnly: string;
  readonly isolation: string;
  readonly synchronousCommit: string;
  readonly fsync: string;
  readonly fullPageWrites: string;
}

const FACTS = `SELECT json_build_object(
  'replica', pg_is_in_recovery(),
  'readOnly', current_setting('transaction_read_only'),
  'isolation', current_setting('transaction_isolation'),
  'synchronousCommit', current_setting('synchronous_commit'),
  'fsync', current_setting('fsync'),
  'fullPageWrites', current_setting('full_page_writes'))::text AS answer`;

/** The first thing that the role may not do and must. */
const RIGHTS = `SELECT to_json(min(format('%s %s', wanted, tablename)))::text AS answer
  FROM pg_tables, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS wanted
  WHERE schemaname = $1 AND NOT has_table_privilege(format('%I.%I', schemaname, tablename), wanted)`;

/** Rejects when the ledger cannot work there; resolves to what an operator should know, one sentence each. */
export async function checkDatabase(pool: PostgresConnection, schema: string): Promise<readonly string[]> {
  const facts = answerOf(await pool.query(FACTS)) as Facts;
  refuseReadOnly(facts);
  await checkVersion(pool, schema);
  refuseStranger(answerOf(await pool.query(RIGHTS, [schema])) as string | undefined, schema);
  return warningsOf(facts);
}

function refuseReadOnly({ replica, readOnly }: Facts): void {
  if (replica) {
    throw new Error('The PostgreSQL server is a read replica: connect the ledger to the primary server.');
  }
  if (readOnly === 'on') {
    throw new Error(
      'The PostgreSQL sessions of the ledger are read-only (default_transaction_read_only is on): let its role write.',
    );
  }
}

/** Rejects when the tables and functions are not those that this version of the package knows. */
export async function checkVersion(connection: PostgresConnection, schema: string): Promise<void> {
  const version = await schemaVersion(connection, schema);
  if (version === SCHEMA_VERSION) return;
  if (version > SCHEMA_VERSION) {
    throw new Error(
      `The ledger in schema "${schema}" has version ${version}, and this version of express-fanfare knows only ${SCHEMA_VERSION}. ` +
        'A newer one has migrated it: update express-fanfare.',
    );
  }
  throw new Error(
    `Schema "${schema}" holds no ledger of version ${SCHEMA_VERSION} yet: run "npx express-fanfare migrate" before the shop starts.`,
  );
}

function refuseStranger(missing: string | undefined, schema: string): void {
  if (missing === undefined) return;
  throw new Error(
    `The database role of the ledger lacks rights in schema "${schema}" (${missing} to begin with): ` +
      'grant it SELECT, INSERT, UPDATE and DELETE on all tables there.',
  );
}

function warningsOf({ isolation, synchronousCommit, fsync, fullPageWrites }: Facts): readonly string[] {
  const lost = 'a crash of the database’s machine can lose orders and claims that were confirmed';
  return [
    ...(synchronousCommit === 'off' ? [`PostgreSQL has synchronous_commit off: ${lost}.`] : []),
    ...(fsync === 'off' ? [`PostgreSQL has fsync off: ${lost}, and the whole database with them.`] : []),
    ...(fullPageWrites === 'off' ? [`PostgreSQL has full_page_writes off: ${lost}.`] : []),
    ...(isolation === 'read committed'
      ? []
      : [
          `PostgreSQL’s default isolation is ${isolation} for the ledger's sessions: shoppers whose steps meet get an error ` +
            'instead of an answer. Set default_transaction_isolation to "read committed" for its role.',
        ]),
  ];
}
