/** Counting and searching rows that are all at hand. Pure. */
import type { CountQuery, Counts, SearchKey } from './overview.js';
import type { Row, RowStateName } from './row.js';
import { isUsed } from './row.js';
import { agesFrom, byId, standing } from './standing.js';

/** The age that counted rows must be younger than, as a time; no row is as old as the one that stands for "all". */
export function countsAfter({ newerThanMs }: CountQuery, now: number): number {
  return newerThanMs === undefined ? -1 : now - newerThanMs;
}

/** Numbers for exactly the states that were asked for. */
export function countsOf(states: readonly RowStateName[], numberOf: (state: RowStateName) => number): Counts {
  return Object.fromEntries(states.map((state) => [state, numberOf(state)]));
}

export function countRows(rows: Iterable<Row>, query: CountQuery, now: number): Counts {
  const after = countsAfter(query, now);
  const numbers = new Map<RowStateName, number>();
  for (const row of rows) {
    const stands = standing(row, now);
    if (agesFrom(stands) > after) numbers.set(stands.state, (numbers.get(stands.state) ?? 0) + 1);
  }
  return countsOf(query.states, (state) => numbers.get(state) ?? 0);
}

export function countOrders(rows: Iterable<Row>, after: number): number {
  return [...rows].filter((row) => isUsed(row) && row.order.completedAt > after).length;
}

export function searchRows(rows: Iterable<Row>, key: SearchKey, limit: number): readonly Row[] {
  return [...rows]
    .filter((row) => isFoundBy(row, key))
    .sort((one, other) => other.createdAt - one.createdAt || byId(other, one))
    .slice(0, limit);
}

function isFoundBy(row: Row, key: SearchKey): boolean {
  if ('consumerId' in key) return row.admission.consumerId === key.consumerId;
  return isUsed(row) && row.order.orderId === key.orderId;
}
