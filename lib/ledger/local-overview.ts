/** Counting and searching over any store that answers at once. */
import { LocalNotes } from './local-notes.js';
import type { CountQuery, Counts, Overview, SearchKey } from './overview.js';
import type { Row } from './row.js';
import { standing } from './standing.js';

export abstract class LocalOverview extends LocalNotes implements Overview {
  count(query: CountQuery): Promise<Counts> {
    return this.read((now) => this.store.count(query, now));
  }

  countOrders(newerThanMs: number): Promise<number> {
    return this.read((now) => this.store.countOrders(now - newerThanMs));
  }

  search(key: SearchKey, limit: number): Promise<readonly Row[]> {
    return this.read((now) => this.store.search(key, Math.max(0, limit)).map((row) => standing(row, now)));
  }
}
