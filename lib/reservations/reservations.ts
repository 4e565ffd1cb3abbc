/** What a merchant may do with holds, whatever their database is. */
import type { Clock } from '../clock.js';
import type { OnEvent } from '../events.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Hold } from './hold.js';
import type { CartLine } from './lines.js';
import type { Converted } from './convert.js';
import type { StockTable } from './names.js';
import type { Reconciliation } from './reconcile.js';
import type { Sweep } from './sweep.js';

/** Options that every database has, besides `fanfare` or `ledger`. A wrong one throws a `TypeError` that names it. */
export interface StockOptions {
  /** The merchant's own table. A hold takes from its quantity at once, so what is in the column is free to sell. */
  readonly stock: StockTable;
  /** Where holds are written: a table of the same database, made when it is not there. Default `fanfare_reservations`. */
  readonly table?: string;
  /** How long a hold lasts where nobody told when the admission ends, in seconds; default 1,800. */
  readonly windowSeconds?: number;
  /** For tests; default: the machine's time on SQLite, the database server's on PostgreSQL. */
  readonly clock?: Clock;
}

/** A ledger, as far as stock is concerned. */
export type AskableLedger = Pick<Ledger, 'engine' | 'find'>;

export interface BesideFanfare {
  /**
   * What `createFanfare` returned: its ledger knows which admission has an order attempt or an order, and its `onEvent`, its
   * `telemetry` and its channel hear what happens to stock.
   */
  readonly fanfare: WithLedger;
  readonly ledger?: undefined;
  readonly onEvent?: undefined;
}

/** For a process without a `Fanfare`, such as one that only sweeps. */
export interface LedgerAlone {
  readonly fanfare?: undefined;
  /** The one that `createFanfare` was given elsewhere. */
  readonly ledger: AskableLedger;
  /** Default: warnings and errors as one line each on stderr. The channel hears everything, too. */
  readonly onEvent?: OnEvent;
}

export type ReservationOptions = StockOptions & (BesideFanfare | LedgerAlone);

/** An order, as far as stock is concerned. */
export interface OrderOfHolds {
  readonly orderId: string;
  /** What was ordered and paid for, named as it was held. What is held besides goes back, since the admission is used up. */
  readonly lines: readonly CartLine[];
}

/** A `Fanfare`, as far as stock is concerned. */
export interface WithLedger {
  readonly backstage: { readonly ledger: AskableLedger; readonly emit: OnEvent };
}

/** An admission by its id, such as `req.admission`. */
export interface AdmissionId {
  readonly id: string;
}

/** Who asks: `req.admission`, with the order attempt that `claimAdmission` has put there, or an id alone. */
export interface AskingAdmission extends AdmissionId {
  readonly attempt?: { readonly id: string };
}

/**
 * Holds of stock for admissions, from the cart to the order. Every call may be repeated. Calls reject with
 * `INVALID_ADMISSION_DATA` for malformed ids, times, lines and quantities before anything is done, and with the database's
 * own error when it cannot be asked: then nothing has happened, or the same call again finds out.
 */
export interface Reservations {
  /**
   * Makes the table of holds where there is none, and checks the stock table; optional: the first call does it, unless that
   * is in a transaction of yours.
   */
  open(): Promise<void>;
  /**
   * Holds every line for the admission, or none, until a minute past the admission's end. A line that is held already is
   * brought to this item and quantity, and keeps its place; only the difference is taken or given back. Lines that are
   * not named stay as they are. Rejects with `SOLD_OUT` (`lines`: which), `ADMISSION_EXPIRED`, or `ADMISSION_USED`; where
   * it would make less of what an order attempt may be paying for, with `ADMISSION_IN_USE`, or `LEDGER_UNAVAILABLE` when
   * nobody can tell within two seconds. An attempt's own handler may change its cart, until `deferAdmission` or its answer.
   */
  hold(
    admission: AskingAdmission & { readonly expiresAt?: number },
    lines: readonly CartLine[],
  ): Promise<readonly Hold[]>;
  /**
   * Gives an order what it ordered, for good; from holds past their time too, as long as they have not been given back.
   * Rejects with `RESERVATION_MISSING` (`missing`: how many of which line) when less is held, or another item, and changes
   * nothing then; with `ADMISSION_USED` when another order has them. The same order again is a no-op.
   */
  convert(admission: AdmissionId, order: OrderOfHolds): Promise<Converted>;
  /**
   * Gives back what is held of these lines, or of all. Resolves to what that was: converted holds are never among it. Rejects
   * with `ADMISSION_IN_USE`, `ADMISSION_USED` and `LEDGER_UNAVAILABLE` as `hold` does.
   */
  release(admission: AskingAdmission, lines?: readonly string[]): Promise<readonly Hold[]>;
  /**
   * Every hold of an admission, with its outcome; the latest first. What was given back is known for 30 days, what was sold
   * for 400, or for good where the stock table has a `total`.
   */
  find(admission: AdmissionId): Promise<readonly Hold[]>;
  /**
   * Settles holds whose time is over, and deletes up to 500 that nobody needs to know of any more (see `find`); to be called
   * about once a minute, by any number of processes. Rejects only when it cannot find out which are due.
   */
  sweep(): Promise<Sweep>;
  /**
   * Compares all open holds, and those settled in the last `sinceSeconds` (default 86,400), with stock and orders. Changes
   * nothing. Rejects with a `TypeError` for a wrong `sinceSeconds`, and when the ledger has not answered for ten seconds.
   */
  reconcile(range?: { readonly sinceSeconds?: number }): Promise<Reconciliation>;
  /** Closes what it opened itself; a handle or pool that was handed in stays yours. */
  close(): Promise<void>;
}
