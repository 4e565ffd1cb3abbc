/** Fanfare says that an admission's order is known to it: then its delivery needs no further attempt. */
import type { Ledger } from '../ledger/ledger.js';
import type { Row, UsedRow } from '../ledger/row.js';
import { isUsed } from '../ledger/row.js';
import type { Backstage } from '../middleware/backstage.js';
import type { AdmissionEvent } from './fanfare-event.js';

/** Longer than the two steps take. */
const LEASE_MS = 30_000;

type Untold = Extract<Row, { readonly state: 'ordered' | 'dead' }>;

/**
 * What the event has to do with the orders on record: `other` is an order for the same admission that Fanfare does not
 * mean, with none that it does.
 */
export interface Confirmation {
  readonly confirmed: number;
  readonly other?: UsedRow;
}

export async function confirmDelivery(
  { ledger, emit, clock }: Pick<Backstage, 'ledger' | 'emit' | 'clock'>,
  event: AdmissionEvent,
): Promise<Confirmation> {
  const used = (await ledger.rowsOf(event)).filter(isUsed);
  const meant = used.filter((row) => isMeant(row, event, used.length));
  let confirmed = 0;
  for (const row of meant) {
    if (!isUntold(row) || !(await settle(ledger, row, clock.now()))) continue;
    confirmed += 1;
    emit(deliveredEvent(row));
  }
  const [other] = used;
  return other === undefined || meant.length > 0 ? { confirmed } : { confirmed, other };
}

/** One second for clocks: an event that names no order can only mean the only one there is, and one that came before it. */
const TOLERANCE_MS = 1_000;

/** What it cannot mean for certain is left to the delivery, which goes on anyway. */
function isMeant({ order }: UsedRow, { orderId, at }: AdmissionEvent, orders: number): boolean {
  if (orderId !== undefined) return order.orderId === orderId;
  return orders === 1 && at !== undefined && order.completedAt <= at + TOLERANCE_MS;
}

function isUntold(row: UsedRow): row is Untold {
  return row.state === 'ordered' || row.state === 'dead';
}

/** `false`: it is being sent right now, and what comes of that is as good; or an operator has just discarded it. */
async function settle(
  ledger: Ledger,
  { admission: { id }, state, delivery }: Untold,
  now: number,
): Promise<boolean> {
  // Only what waits can be taken. Where this breaks off, it is sent, as after a retry by hand.
  if (state === 'dead') await ledger.reschedule(id, { ...delivery, nextAttemptAt: now + LEASE_MS });
  const due = await ledger.take(id, LEASE_MS);
  return due !== undefined && ledger.settleDelivery(id, due.leaseId, { to: 'delivered' });
}

function deliveredEvent({
  admission: { id: admissionId },
  order: { orderId },
  delivery: { attempts },
}: Untold) {
  const message = `Fanfare has heard of order ${orderId}: it says so itself.`;
  return { type: 'completion.delivered', level: 'info', message, admissionId, orderId, attempts } as const;
}
