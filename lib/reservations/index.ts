/** `express-fanfare/reservations`: stock held while admitted shoppers pay, in the merchant's own database. */
export { postgresReservations, postgresReservationsSql } from './postgres.js';
export type { PostgresPlace, PostgresReservationOptions, PostgresReservations } from './postgres.js';
export { sqliteReservations } from './sqlite.js';
export type { SqlitePlace, SqliteReservationOptions, SqliteReservations } from './sqlite.js';
export type {
  AdmissionId,
  AskableLedger,
  AskingAdmission,
  BesideFanfare,
  LedgerAlone,
  OrderOfHolds,
  ReservationOptions,
  Reservations,
  StockOptions,
  WithLedger,
} from './reservations.js';
export type { Converted } from './convert.js';
export type { Difference, DifferenceKind, ItemCount } from './differences.js';
export type { Hold, HoldState } from './hold.js';
export type { CartLine } from './lines.js';
export type { StockTable } from './names.js';
export type { Outcomes, Reconciliation } from './reconcile.js';
export type { Sweep } from './sweep.js';
