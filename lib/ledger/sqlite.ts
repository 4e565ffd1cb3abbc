/** `express-fanfare/sqlite`: the ledger in a SQLite file on a local disk, for one machine with any number of processes. */
import type { Clock } from '../clock.js';
import { systemClock } from '../clock.js';
import { checkNames } from './engine-options.js';
import type { Ledger } from './ledger.js';
import { LocalLedger } from './local-ledger.js';
import type { SqliteDriverName } from './sqlite-driver.js';
import { SqliteStore } from './sqlite-store.js';

export type { SqliteDriverName } from './sqlite-driver.js';

export interface SqliteLedgerOptions {
  /** Path of the database file, made when it is not there; `':memory:'` keeps it in memory, for tests. */
  readonly file: string;
  /** Default: `node` where Node has `node:sqlite` (22.13 and later), else `better-sqlite3`. */
  readonly driver?: SqliteDriverName;
  /**
   * How long a step waits for another process's write before it rejects, in milliseconds; default 1,000, at most
   * 60,000. The whole process waits with it: SQLite drivers are synchronous.
   */
  readonly busyTimeoutMs?: number;
  /** The engine's time; default: the machine's. */
  readonly clock?: Clock;
}

const DRIVERS: readonly unknown[] = [undefined, 'node', 'better-sqlite3'] satisfies (
  SqliteDriverName | undefined
)[];
const LONGEST_WAIT_MS = 60_000;

/**
 * A durable ledger. What a method resolved with is on the disk (WAL, `synchronous=FULL`), and several processes may
 * share the file. Throws a `TypeError` for a wrong option; a file that cannot be opened or written rejects on first use
 * or at `open()`.
 */
export function sqliteLedger(options: SqliteLedgerOptions): Ledger {
  checkNames('sqliteLedger', options, ['file', 'driver', 'busyTimeoutMs', 'clock']);
  const { file, driver, busyTimeoutMs = 1_000, clock = systemClock } = options;
  check('file', typeof file === 'string' && file !== '', 'the path of the database file', file);
  check('driver', DRIVERS.includes(driver), '"node" or "better-sqlite3"', driver);
  const isWait = Number.isInteger(busyTimeoutMs) && busyTimeoutMs >= 0 && busyTimeoutMs <= LONGEST_WAIT_MS;
  check('busyTimeoutMs', isWait, `a whole number from 0 to ${LONGEST_WAIT_MS}`, busyTimeoutMs);
  return new LocalLedger(new SqliteStore({ file, driver, busyTimeoutMs, clock }), clock);
}

function check(option: string, holds: boolean, wanted: string, got: unknown): void {
  if (!holds) throw new TypeError(`sqliteLedger: "${option}" must be ${wanted}, got ${kindOf(got)}.`);
}

function kindOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? JSON.stringify(value) : typeof value;
}
