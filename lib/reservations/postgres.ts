/** Reservations in a PostgreSQL database of the merchant's. */
import { connectPostgres } from '../ledger/postgres-connect.js';
import type { PostgresPool } from '../ledger/postgres-connection.js';
import { isConnection } from '../ledger/postgres-connection.js';
import { checkOptions, kindOf } from '../option-checks.js';
import { readNames } from './names.js';
import { PostgresEngine } from './postgres-engine.js';
import type {
  AdmissionId,
  OrderOfHolds,
  ReservationOptions,
  Reservations,
  StockOptions,
} from './reservations.js';
import { createStatements, layoutOf } from './statements.js';
import type { Converted } from './convert.js';
import { readShared } from './shared-options.js';
import { StockReservations } from './stock-reservations.js';

export interface PostgresPlace {
  /** The shop's own `Pool` of the package `pg`; it stays yours. Or else `connectionString`. */
  readonly pool?: PostgresPool;
  /** Of the shop's database: a pool of 10 connections is opened for this, with the package `pg`. */
  readonly connectionString?: string;
}

export type PostgresReservationOptions = PostgresPlace & ReservationOptions;

export interface PostgresReservations extends Reservations {
  /**
   * With `transaction`, the client on which your transaction is open, it writes there, and what it did stands when you
   * commit. Rejects with a `TypeError` for anything else, a `Pool` for instance.
   */
  convert(
    admission: AdmissionId,
    order: OrderOfHolds,
    extras?: { readonly transaction?: unknown },
  ): Promise<Converted>;
}

const KNOWN = [
  ...['pool', 'connectionString', 'stock', 'table', 'fanfare', 'ledger', 'windowSeconds', 'onEvent', 'clock'],
];
const FACTORY = 'postgresReservations';
const CONNECTIONS = 10;

/**
 * Stock held in PostgreSQL. Throws a `TypeError` for a wrong option; whatever is wrong with the database rejects at
 * `open()` or on first use.
 */
export function postgresReservations(options: PostgresReservationOptions): PostgresReservations {
  checkOptions(FACTORY, options, KNOWN);
  const names = readNames(FACTORY, options, true);
  const engine = new PostgresEngine({ ...readPool(options), names, clock: options.clock });
  const statements = createStatements(names);
  return new StockReservations({ ...readShared(FACTORY, options), engine, statements });
}

/** The table of holds as SQL, for whoever may not let a program make tables. `table`: as in the options. */
export function postgresReservationsSql({ table }: Pick<StockOptions, 'table'> = {}): string {
  const stock = { table: 'unused', item: 'unused', quantity: 'unused' };
  return layoutOf(
    readNames('postgresReservationsSql', table === undefined ? { stock } : { stock, table }, true),
  );
}

function readPool({ pool, connectionString }: PostgresPlace) {
  if (pool !== undefined && connectionString === undefined && isPool(pool)) {
    return { pool, end: () => Promise.resolve() };
  }
  if (typeof connectionString === 'string' && connectionString !== '' && pool === undefined) {
    return connectPostgres(connectionString, CONNECTIONS);
  }
  throw new TypeError(
    `${FACTORY} needs either "pool", a Pool of the package "pg", or "connectionString", got ${kindOf(pool)} and ${kindOf(connectionString)}`,
  );
}

/** A `Client` has a `connect` too, and nothing to lend. */
function isPool(value: unknown): value is PostgresPool {
  return isConnection(value) && 'connect' in value && 'totalCount' in value;
}
