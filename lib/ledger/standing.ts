/** What a stored row means at a given time, and the small facts every engine reads off one. */
import type { Admission } from '../admission/admission.js';
import { compact } from '../admission/compact.js';
import type { Triple } from '../admission/identity.js';
import type { Row, RowState } from './row.js';
import { isUsed } from './row.js';

/** What a row keeps whatever state it is in. */
export type RowFacts = Pick<
  Row,
  'admission' | 'tokenHash' | 'sidHash' | 'attempts' | 'usesUpBefore' | 'createdAt' | 'updatedAt'
>;

const DAY_MS = 24 * 60 * 60 * 1_000;
const FREE_ROWS_STAY_MS = DAY_MS;
const ORDERS_STAY_MS = 400 * DAY_MS;

/** When the row stops being what it says: the end of a lease or of the pending time. */
export function lapsesAt(row: Row): number | undefined {
  if (row.state === 'active') return row.leaseUntil;
  return row.state === 'pending' ? row.pendingUntil : undefined;
}

/** The row as it stands at `now`: what has lapsed reads as unresolved since then. */
export function standing(row: Row, now: number): Row {
  const since = lapsesAt(row);
  if (since === undefined || now < since || !('attempt' in row)) return row;
  return inState(row, { state: 'unresolved', attempt: row.attempt, since }, row.updatedAt);
}

/** The same row in another state. */
export function inState<State extends RowState>(row: RowFacts, state: State, now: number): State & RowFacts {
  const { admission, tokenHash, sidHash, attempts, usesUpBefore, createdAt } = row;
  // Not by spreading: with so many fields behind a spread that takes longer than the rest of a step.
  return Object.assign(
    compact({ admission, tokenHash, sidHash, attempts, usesUpBefore, createdAt, updatedAt: now }),
    state,
  );
}

/** Whether two admissions are the same one, apart from when they were granted. */
export function sameTriple(one: Triple, other: Triple): boolean {
  return (
    one.consumerId === other.consumerId &&
    one.distributionId === other.distributionId &&
    one.distributionType === other.distributionType
  );
}

/** Whether an order recorded for the triple alone has used up this admission as well. */
export function usesUp(row: Row, admission: Admission): boolean {
  if (row.usesUpBefore === undefined || !sameTriple(row.admission, admission)) return false;
  return admission.admittedAt === undefined || admission.admittedAt <= row.usesUpBefore;
}

/** Since when nothing has happened that an operator waits for: what `olderThanMs` measures from. */
export function agesFrom(row: Row): number {
  if (row.state === 'unresolved') return row.since;
  return row.state === 'ordered' ? row.order.completedAt : row.updatedAt;
}

/**
 * When a row as it is stored may be deleted; `undefined` while Fanfare has not heard of its order. An attempt that
 * nobody ever settled may have an order, so its row stays as long as one that has.
 */
export function deletableAt(row: Row): number | undefined {
  if (row.state === 'free') return (row.admission.expiresAt ?? row.updatedAt) + FREE_ROWS_STAY_MS;
  if (row.state === 'ordered' || row.state === 'dead') return undefined;
  if (isUsed(row)) return row.order.completedAt + ORDERS_STAY_MS;
  return (lapsesAt(row) ?? agesFrom(row)) + ORDERS_STAY_MS;
}

/** Oldest first; rows of the same age in the order of their ids, so that every engine lists alike. */
export function byAge(one: Row, other: Row): number {
  return agesFrom(one) - agesFrom(other) || byId(one, other);
}

/** The last word where rows are otherwise equal. */
export function byId(one: Row, other: Row): number {
  return one.admission.id < other.admission.id ? -1 : 1;
}
