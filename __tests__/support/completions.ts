/** Completions in every state, put into a ledger the way a shop does it. */
import type { Ledger } from '../../lib/ledger/ledger.js';
import type { DeliveryProgress } from '../../lib/ledger/row.js';

const LEASE_MS = 30_000;

/** Records an order for a new admission. */
export async function ordered(ledger: Ledger, id: string): Promise<void> {
  const admission = {
    id,
    consumerId: `cons_${id}`,
    distributionId: 'queue_1',
    distributionType: 'queue',
  } as const;
  const order = { orderId: `order-${id}`, amount: '129.00', currency: 'EUR' };
  await ledger.complete({ target: { by: 'admission', admission }, order });
}

/** A failure that is tried again at `nextAttemptAt`. */
export async function waiting(ledger: Ledger, id: string, nextAttemptAt: number): Promise<void> {
  await ordered(ledger, id);
  await settle(ledger, id, 'ordered', {
    attempts: 2,
    nextAttemptAt,
    lastStatus: 503,
    lastReason: 'HTTP 503',
    crashes: 1,
  });
}

export async function delivered(ledger: Ledger, id: string): Promise<void> {
  await ordered(ledger, id);
  const taken = await ledger.take(id, LEASE_MS);
  await ledger.settleDelivery(id, taken!.leaseId, { to: 'delivered' });
}

export async function dead(ledger: Ledger, id: string): Promise<void> {
  await ordered(ledger, id);
  await dies(ledger, id);
}

/** Fanfare refuses for good what was recorded before. */
export async function dies(ledger: Ledger, id: string): Promise<void> {
  const refused = { attempts: 1, nextAttemptAt: 0, refusedSince: 1, lastStatus: 400 };
  await settle(ledger, id, 'dead', { ...refused, lastReason: 'CONSUMER_UNKNOWN' });
}

export async function discarded(ledger: Ledger, id: string): Promise<void> {
  await dead(ledger, id);
  await ledger.discard(id);
}

async function settle(
  ledger: Ledger,
  id: string,
  to: 'ordered' | 'dead',
  delivery: DeliveryProgress,
): Promise<void> {
  const taken = await ledger.take(id, LEASE_MS);
  await ledger.settleDelivery(id, taken!.leaseId, { to, delivery });
}
