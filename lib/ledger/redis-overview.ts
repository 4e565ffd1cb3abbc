/** Counting and searching in Redis, each a script. */
import { countsOf } from './overseeing.js';
import type { CountQuery, Counts, Overview, SearchKey } from './overview.js';
import { RedisNotes } from './redis-notes.js';
import { COUNT, COUNT_ORDERS, SEARCH } from './redis-overview-scripts.js';
import { atLeastNone } from './redis-script.js';
import type { Row } from './row.js';

export abstract class RedisOverview extends RedisNotes implements Overview {
  async count({ states, newerThanMs }: CountQuery): Promise<Counts> {
    const [told] = await this.tellsAll(COUNT, { states: [...new Set(states)].join(), newerThanMs });
    const numbers = told as Readonly<Record<string, string>>;
    return countsOf(states, (state) => Number(numbers[state]));
  }

  async countOrders(newerThanMs: number): Promise<number> {
    const [told] = await this.tellsAll(COUNT_ORDERS, { newerThanMs });
    return (told as { readonly number: number }).number;
  }

  async search(key: SearchKey, limit: number): Promise<readonly Row[]> {
    return (await this.tellsAll(SEARCH, { ...key, limit: atLeastNone(limit) })) as Row[];
  }
}
