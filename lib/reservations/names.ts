/** The merchant's own names of tables and columns: checked when the reservations are made, and only ever used quoted. */
import { checkOptions, kindOf } from '../option-checks.js';

/** The merchant's stock: one row for each item that can be sold, variants and all. */
export interface StockTable {
  /** Its name; on PostgreSQL also `schema.table`. */
  readonly table: string;
  /** The column that names the item; unique. */
  readonly item: string;
  /** The column with how many are still there to sell: a hold takes from it, and puts back. */
  readonly quantity: string;
  /** A column with how many there were to sell in all, if there is one: then `reconcile` checks the sum. */
  readonly total?: string;
}

/** The same, quoted. */
export interface Names {
  /** Where the holds are. */
  readonly holds: string;
  readonly stock: string;
  readonly item: string;
  readonly quantity: string;
  readonly total: string | undefined;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/** Throws a `TypeError` that names the option whose name is none. */
export function readNames(
  factory: string,
  { stock, table = 'fanfare_reservations' }: { readonly stock: StockTable; readonly table?: string },
  mayNameSchema: boolean,
): Names {
  checkOptions(`${factory}: "stock"`, stock, ['table', 'item', 'quantity', 'total']);
  const inSchema = (option: string, value: unknown): string => {
    const parts = mayNameSchema && typeof value === 'string' ? value.split('.') : [value];
    return (parts.length > 2 ? [value] : parts).map((part) => quoted(factory, option, part)).join('.');
  };
  return {
    holds: inSchema('table', table),
    stock: inSchema('stock.table', stock.table),
    item: quoted(factory, 'stock.item', stock.item),
    quantity: quoted(factory, 'stock.quantity', stock.quantity),
    total: stock.total === undefined ? undefined : quoted(factory, 'stock.total', stock.total),
  };
}

function quoted(factory: string, option: string, name: unknown): string {
  if (typeof name === 'string' && NAME.test(name)) return `"${name}"`;
  throw new TypeError(
    `${factory}: "${option}" must be a name of at most 63 letters, digits and "_", got ${kindOf(name)}`,
  );
}
