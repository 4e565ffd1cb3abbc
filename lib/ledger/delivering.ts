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

/** Hands a completion to a sender for `leaseMs`. A lease that is still there was never settled: its sender died. */
export function lease(row: OrderedRow, leaseId: string, leaseMs: number, now: number): DueDelivery {
  const { lease: unsettled, crashes = 0 } = row.delivery;
  const taken = { lease: { id: leaseId, until: now + leaseMs } };
  const crashed = unsettled === undefined ? undefined : { crashes: crashes + 1 };
  // Not by spreading: see `inState`.
  const delivery = Object.assign({}, row.delivery, crashed, taken);
  return { row: inState(row, { state: 'ordered', order: row.order, delivery }, now), leaseId, takenAt: now };
}

/** Hands this very completion to a sender, whatever its place on the schedule, unless another sender has it. */
export function take(
  row: Row | undefined,
  leaseId: string,
  leaseMs: number,
  now: number,
): Step<DueDelivery | undefined> {
  if (row?.state !== 'ordered' || (row.delivery.lease?.until ?? 0) > now) return { outcome: undefined };
  const taken = lease(row, leaseId, leaseMs, now);
  return { outcome: taken, write: taken.row };
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

/** Gives a dead completion up for good. */
export function discard(row: Row | undefined, now: number): Step<boolean> {
  if (row?.state !== 'dead') return { outcome: false };
  const discarded: RowState = { state: 'discarded', order: row.order, discardedAt: now };
  return { outcome: true, write: inState(row, discarded, now) };
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
