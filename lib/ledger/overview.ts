/** The part of the ledger that an operator looks at a sale with: how many rows there are, and whose. */
import type { Row, RowStateName } from './row.js';

export interface CountQuery {
  readonly states: readonly RowStateName[];
  /** Only rows that came to where they are less than this ago, measured as ages are in `RowQuery`; absent: all. */
  readonly newerThanMs?: number;
}

/** How many rows stand in each state that was asked for; 0 is told, too. */
export type Counts = Readonly<Partial<Record<RowStateName, number>>>;

export type SearchKey = { readonly orderId: string } | { readonly consumerId: string };

export interface Overview {
  /** Counts rows as they stand now: an attempt past its lease or its pending time is unresolved. */
  count(query: CountQuery): Promise<Counts>;
  /** How many rows were used by an order that was recorded less than this ago, whatever has become of it since. */
  countOrders(newerThanMs: number): Promise<number>;
  /** Up to `limit` rows with this order, or of this consumer: the newest first, by id from behind where they are equal. */
  search(key: SearchKey, limit: number): Promise<readonly Row[]>;
}
