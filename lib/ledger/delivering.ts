/** How a completion is leased to a sender and what becomes of it, as pure steps. */
import type { DeliveryOutcome, DueDelivery } from './ledger.js';
import type { DeliveryProgress, Row, RowState } from './row.js';
import { byId, inState } from './standing.js';
import type { Step } from './transitions.js';

/** A row whose order Fanfare has not heard of yet. */
export type OrderedRow = DueDelivery['row'];

/** When somebody may try next: at its time on the schedule, and not while it is leased. */
export function dueAt(row: OrderedRow): number {
  return Math.max(row.delivery.nextAttemptAt, row.delivery.lease?.until ?? 0);
}

/** Nearest end of the admission first, unknown ends last, then the oldest order. */
export function byUrgency(one: OrderedRow, other: OrderedRow): number {
  const [first, second] = [one.admission.expiresAt ?? Infinity, other.admission.expiresAt ?? Infinity];
  if (first !== second) return first < second ? -1 : 1;
  return one.order.completedAt - other.order.completedAt || byId(one, other);
}

/** Hands a due completion to a sender for `leaseMs`. */
export function lease(row: OrderedRow, leaseId: string, leaseMs: number, now: number): DueDelivery {
  const delivery = { ...row.delivery, lease: { id: leaseId, until: now + leaseMs } };
  return { row: inState(row, { state: 'ordered', order: row.order, delivery }, now), leaseId, takenAt: now };
}

/** Writes down what came of an attempt; a late word still counts while nobody else has taken the completion. */
export function settleDelivery(
  row: Row | undefined,
  leaseId: string,
  outcome: DeliveryOutcome,
  now: number,
): Step<boolean> {
  if (row?.state !== 'ordered' || row.delivery.lease?.id !== leaseId) return { outcome: false };
  return { outcome: true, write: inState(row, settledDelivery(row, outcome, now), now) };
}

function settledDelivery({ order }: OrderedRow, outcome: DeliveryOutcome, now: number): RowState {
  return outcome.to === 'delivered'
    ? { state: 'delivered', order, deliveredAt: now }
    : { state: outcome.to, order, delivery: withoutLease(outcome.delivery) };
}

/** Puts a completion that nobody is sending, or a dead one, back on the schedule. */
export function reschedule(
  row: Row | undefined,
  delivery: Omit<DeliveryProgress, 'lease'>,
  now: number,
): Step<boolean> {
  if (row === undefined || !isReschedulable(row, now)) return { outcome: false };
  const ordered: RowState = { state: 'ordered', order: row.order, delivery: withoutLease(delivery) };
  return { outcome: true, write: inState(row, ordered, now) };
}

function isReschedulable(row: Row, now: number): row is Extract<Row, { state: 'ordered' | 'dead' }> {
  return row.state === 'dead' || (row.state === 'ordered' && (row.delivery.lease?.until ?? 0) <= now);
}

/** A caller's progress is often a spread of the old one, which brings the old lease along. */
function withoutLease(progress: DeliveryProgress): DeliveryProgress {
  const rest: { -readonly [Key in keyof DeliveryProgress]: DeliveryProgress[Key] } = { ...progress };
  delete rest.lease;
  return rest;
}
