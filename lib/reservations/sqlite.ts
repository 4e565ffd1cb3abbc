/** Reservations in a SQLite database of the merchant's. */
import { systemClock } from '../clock.js';
import type { SqliteDatabase, SqliteDriverName } from '../ledger/sqlite-driver.js';
import { openDatabase } from '../ledger/sqlite-driver.js';
import { checkOptions, kindOf } from '../option-checks.js';
import { readNames } from './names.js';
import type { AdmissionId, OrderOfHolds, ReservationOptions, Reservations } from './reservations.js';
import { SqliteEngine } from './sqlite-engine.js';
import { createStatements } from './statements.js';
import type { Converted } from './convert.js';
import { readShared } from './shared-options.js';
import { StockReservations } from './stock-reservations.js';

export interface SqlitePlace {
  /** The shop's own open handle, of `better-sqlite3` or `node:sqlite`; it stays yours. Or else `file`. */
  readonly database?: SqliteDatabase;
  /** Path of the database file, which is opened once more for this. */
  readonly file?: string;
  /** With `file`: default `node` where Node has `node:sqlite`, else `better-sqlite3`. */
  readonly driver?: SqliteDriverName;
}

export type SqliteReservationOptions = SqlitePlace & ReservationOptions;

export interface SqliteReservations extends Reservations {
  /**
   * The same as `convert`, at once: inside your own transaction on `database`, with the order. What it throws leaves
   * nothing behind; what it did stands when your transaction commits.
   */
  convertSync(admission: AdmissionId, order: OrderOfHolds): Converted;
}

const KNOWN = [
  ...[
    'database',
    'file',
    'driver',
    'stock',
    'table',
    'fanfare',
    'ledger',
    'windowSeconds',
    'onEvent',
    'clock',
  ],
];
const FACTORY = 'sqliteReservations';
/** As long as the ledger waits for another process's write. */
const BUSY_TIMEOUT_MS = 1_000;

/**
 * Stock held in SQLite. Throws a `TypeError` for a wrong option; a file or a table that is not right rejects at `open()` or
 * on first use.
 */
export function sqliteReservations(options: SqliteReservationOptions): SqliteReservations {
  checkOptions(FACTORY, options, KNOWN);
  const names = readNames(FACTORY, options, false);
  const { clock = systemClock } = options;
  const engine = new SqliteEngine({ ...readDatabase(options), names, clock });
  const statements = createStatements(names);
  return new SqliteStockReservations({ ...readShared(FACTORY, options), engine, statements });
}

class SqliteStockReservations extends StockReservations<SqliteEngine> implements SqliteReservations {
  convertSync(admission: AdmissionId, order: OrderOfHolds): Converted {
    return this.said(this.engine.transactSync(this.conversion(admission, order).step));
  }
}

function readDatabase({ database, file, driver }: SqlitePlace) {
  if (database !== undefined && file === undefined) {
    const isHandle = typeof (database as Partial<SqliteDatabase>).prepare === 'function';
    if (isHandle) return { open: () => database, close: () => undefined };
  }
  if (typeof file === 'string' && file !== '' && database === undefined) {
    const open = (): SqliteDatabase => openDatabase(file, BUSY_TIMEOUT_MS, driver);
    return { open, close: (opened: SqliteDatabase) => opened.close() };
  }
  throw new TypeError(
    `${FACTORY} needs either "database", an open handle of better-sqlite3 or node:sqlite, or "file", got ${kindOf(database)} and ${kindOf(file)}`,
  );
}
