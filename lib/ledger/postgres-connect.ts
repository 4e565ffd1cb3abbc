/** A pool of our own, for those that are handed an address and not a client. The one door to the package `pg`. */
import type * as pg from 'pg';
import type { PostgresPool } from './postgres-connection.js';

/** A server that does not answer must not hold a command up for good. */
const CONNECT_TIMEOUT_MS = 10_000;

export interface OwnPool {
  readonly pool: PostgresPool;
  /** Ends the pool; idempotent. */
  end(): Promise<void>;
}

/**
 * A pool of at most `max` connections at a connection string. Connects on first need; throws when the package `pg` is not installed. No message
 * repeats the string, which holds a password.
 */
export function connectPostgres(connectionString: string, max = 2): OwnPool {
  const { Pool } = loadPg();
  const pool = new Pool({
    connectionString,
    max,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'express-fanfare',
  });
  // A connection that breaks while idle is replaced; if the server is gone, the next query says so.
  pool.on('error', () => undefined);
  let ended: Promise<void> | undefined;
  return { pool, end: () => (ended ??= pool.end()) };
}

function loadPg(): typeof pg {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an optional peer, loaded on first need
    return require('pg') as typeof pg;
  } catch (cause) {
    throw new Error('PostgreSQL needs the package pg: run "npm install pg@8".', { cause });
  }
}
