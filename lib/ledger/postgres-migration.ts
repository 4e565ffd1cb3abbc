/** How the ledger's schema comes to be in a database: explicit, versioned, safe to run again and by two at once. */
import type { PostgresConnection } from './postgres-connection.js';
import { answerOf, quoted } from './postgres-connection.js';
import { ATTEMPT_STEPS } from './postgres-sql-attempts.js';
import { DELIVERY_STEPS } from './postgres-sql-deliveries.js';
import { DENIALS, NOTE_STEPS, NOTES } from './postgres-sql-notes.js';
import { ORDER_STEPS } from './postgres-sql-orders.js';
import { OVERVIEW_STEPS } from './postgres-sql-overview.js';
import { ADMISSION_OF, ENGINE_NOW, LOCKS, NEIGHBOURS, ROW_JSON } from './postgres-sql-rows.js';
import { ADMISSIONS, LEAD, TRIPLES } from './postgres-sql-tables.js';
import { UPKEEP_STEPS } from './postgres-sql-upkeep.js';

/** Kept in the database; goes up with every change to tables or functions. */
export const SCHEMA_VERSION = 5;

const LAYOUT = [
  ...[ADMISSIONS, TRIPLES, NOTES, LEAD],
  ...[ENGINE_NOW, ROW_JSON, ADMISSION_OF, NEIGHBOURS, LOCKS, DENIALS],
  ...[ATTEMPT_STEPS, ORDER_STEPS, DELIVERY_STEPS, UPKEEP_STEPS, NOTE_STEPS, OVERVIEW_STEPS],
].join('');

export interface PostgresMigrationOptions {
  /** Default `fanfare`: the schema that holds the ledger and nothing else. */
  readonly schema?: string;
}

/** Which version of the schema was there, 0 for none, and which is there now. */
export interface PostgresMigration {
  readonly from: number;
  readonly to: number;
}

/**
 * Brings the schema to this version of the package; when it is there already, only looks. All or nothing. Rejects when a
 * newer version of the package made it, or when the role may not. The role that runs the shop needs `USAGE` on the schema
 * and may be another one: it is granted `SELECT, INSERT, UPDATE, DELETE` on its tables.
 */
export async function migratePostgres(
  pool: PostgresConnection,
  { schema = 'fanfare' }: PostgresMigrationOptions = {},
): Promise<PostgresMigration> {
  const from = await schemaVersion(pool, schema);
  // One query of many statements is one transaction, and needs no connection of its own.
  if (from !== SCHEMA_VERSION) await pool.query(statements(schema));
  return { from, to: SCHEMA_VERSION };
}

/** The same as SQL, for whoever may not let a program change the database. */
export function postgresMigrationSql({ schema = 'fanfare' }: PostgresMigrationOptions = {}): string {
  return `-- express-fanfare: the ledger in schema ${quoted(schema)}, version ${SCHEMA_VERSION}. Safe to run again.\nBEGIN;\n${statements(schema)}COMMIT;\n`;
}

/** 0 when there is none. */
export async function schemaVersion(pool: PostgresConnection, schema: string): Promise<number> {
  const table = `${quoted(schema)}.ledger_versions`;
  const there = await pool.query(`SELECT to_json(to_regclass($1) IS NOT NULL)::text AS answer`, [table]);
  if (answerOf(there) !== true) return 0;
  const version = await pool.query(`SELECT to_json(coalesce(max(version), 0))::text AS answer FROM ${table}`);
  return answerOf(version) as number;
}

function statements(schema: string): string {
  const name = quoted(schema);
  return `SET LOCAL client_min_messages = warning;
SELECT pg_advisory_xact_lock(hashtextextended('express-fanfare ${schema}', 0));
DO $$ BEGIN
  IF current_setting('server_version_num')::integer < 130000 THEN
    RAISE EXCEPTION 'The ledger needs PostgreSQL 13 or later.';
  END IF;
  -- Not IF NOT EXISTS, which asks for the right to make schemas even where there is nothing to make.
  IF to_regnamespace('${name}') IS NULL THEN CREATE SCHEMA ${name}; END IF;
END $$;
SET LOCAL search_path TO ${name}, pg_temp;
CREATE TABLE IF NOT EXISTS ledger_versions (
  version integer PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT now()
);
DO $$ BEGIN
  IF (SELECT max(version) FROM ledger_versions) > ${SCHEMA_VERSION} THEN
    RAISE EXCEPTION 'A newer version of express-fanfare made the ledger in schema ${name}; update the package.';
  END IF;
END $$;
${LAYOUT}
INSERT INTO ledger_versions (version) VALUES (${SCHEMA_VERSION}) ON CONFLICT DO NOTHING;
`;
}
