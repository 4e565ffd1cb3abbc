/** Counting and searching in PostgreSQL, each a call of its function in the database. */
import type { CountQuery, Counts, Overview, SearchKey } from './overview.js';
import { PostgresNotes } from './postgres-notes.js';
import type { Row } from './row.js';

export abstract class PostgresOverview extends PostgresNotes implements Overview {
  count({ states, newerThanMs }: CountQuery): Promise<Counts> {
    return this.step('count_rows', [states, newerThanMs]);
  }

  countOrders(newerThanMs: number): Promise<number> {
    return this.step('count_orders', [newerThanMs]);
  }

  search(key: SearchKey, limit: number): Promise<readonly Row[]> {
    const { orderId, consumerId } = { orderId: undefined, consumerId: undefined, ...key };
    return this.step('search', [orderId, consumerId, limit]);
  }
}
