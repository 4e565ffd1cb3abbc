/** `express-fanfare/postgres`: the ledger in a PostgreSQL database, for any number of machines. */
import type { Clock } from '../clock.js';
import { checkNames } from './engine-options.js';
import type { Ledger } from './ledger.js';
import type { PostgresConnection } from './postgres-connection.js';
import { isConnection, quoted } from './postgres-connection.js';
import { PostgresLedger } from './postgres-ledger.js';

export type { PostgresConnection } from './postgres-connection.js';
export type { PostgresMigration, PostgresMigrationOptions } from './postgres-migration.js';
export { migratePostgres, postgresMigrationSql } from './postgres-migration.js';

export interface PostgresLedgerOptions {
  /**
   * A `Pool` (or a `Client`) of the package `pg`, which stays yours: the ledger never ends it. Best a pool of its own, so
   * that handlers which hold a client while they wait for the ledger cannot use up what it needs.
   */
  readonly pool: PostgresConnection;
  /** Default `fanfare`: where `npx express-fanfare migrate` has put the tables and functions. */
  readonly schema?: string;
  /** For tests only; default: the database server's own time. */
  readonly clock?: Clock;
}

/**
 * A durable ledger for many processes and machines, and the only one that can record an order inside the merchant's own
 * transaction. Throws a `TypeError` for a wrong option; whatever is wrong with the database rejects at `open()` or on
 * first use.
 */
export function postgresLedger(options: PostgresLedgerOptions): Ledger {
  checkNames('postgresLedger', options, ['pool', 'schema', 'clock']);
  const { pool, schema = 'fanfare', clock } = options;
  if (!isConnection(pool)) {
    throw new TypeError('postgresLedger: "pool" must be a Pool or a Client of the package "pg".');
  }
  quoted(schema);
  return new PostgresLedger({ pool, schema, clock });
}
