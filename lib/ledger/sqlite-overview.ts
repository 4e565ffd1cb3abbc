/** Counting and searching in SQLite: the statements, each by an index. */
import { countsAfter, countsOf } from './overseeing.js';
import type { CountQuery, Counts, SearchKey } from './overview.js';
import type { SqliteValue } from './sqlite-driver.js';

/** Every statement of an operator's look, by name. */
export const OVERVIEW_STATEMENTS = {
  /** Rows as they are stored. */
  stored: 'SELECT count(*) AS number FROM fanfare_admissions WHERE state = ? AND since_at > ?',
  /** Those of them that have lapsed. */
  gone: 'SELECT count(*) AS number FROM fanfare_admissions WHERE lapses_at <= ? AND +state = ? AND since_at > ?',
  /** Where they are now, which is unresolved. */
  come: 'SELECT count(*) AS number FROM fanfare_admissions WHERE lapses_at <= ? AND lapses_at > ?',
  ordersAfter: `SELECT count(*) AS number FROM fanfare_admissions
    WHERE json_extract(record, '$.order.completedAt') > ?`,
  ofOrder: `SELECT record FROM fanfare_admissions WHERE json_extract(record, '$.order.orderId') = ?
    ORDER BY json_extract(record, '$.createdAt') DESC, id DESC LIMIT ?`,
  ofConsumer: `SELECT record FROM fanfare_admissions WHERE consumer_id = ?
    ORDER BY json_extract(record, '$.createdAt') DESC, id DESC LIMIT ?`,
} as const;

/** Asks one of the counting statements. */
type AskNumber = (name: 'stored' | 'gone' | 'come', ...values: SqliteValue[]) => number;

export function countBy(ask: AskNumber, query: CountQuery, now: number): Counts {
  const after = countsAfter(query, now);
  return countsOf(query.states, (state) => {
    const come = state === 'unresolved' ? ask('come', now, after) : 0;
    return ask('stored', state, after) - ask('gone', now, state, after) + come;
  });
}

/** Which statement searches by a key, and with which value. */
export function searching(key: SearchKey): readonly ['ofOrder' | 'ofConsumer', SqliteValue] {
  return 'orderId' in key ? ['ofOrder', key.orderId] : ['ofConsumer', key.consumerId];
}
