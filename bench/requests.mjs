// What a submit asks of a ledger.
import { randomUUID } from 'node:crypto';

/** One admission's way through the ledger: its claim and the completion of its order. */
export function requestsFor(number) {
  const now = Date.now();
  const id = randomUUID();
  const admission = {
    ...{ id, consumerId: `cons_${id}`, distributionId: 'queue_1', distributionType: 'queue' },
    ...{ admittedAt: now, expiresAt: now + 600_000 },
  };
  const attemptId = randomUUID();
  const claim = {
    ...{
      admission,
      tokenHash: `token-${id}`,
      sidHash: `sid-${id}`,
      attemptId,
      owner: 'bench',
      leaseMs: 120_000,
    },
    ...{ supersede: true, takeUnresolved: true },
  };
  const order = { orderId: `order-${String(number)}-${id}`, amount: '129.00', currency: 'EUR' };
  return { claim, complete: { target: { by: 'admission', admission }, order, attemptId } };
}

/** Claims and completes one admission. */
export async function submit(ledger) {
  const { claim, complete } = requestsFor(0);
  if ((await ledger.claim(claim)).outcome !== 'claimed') throw new Error('not claimed');
  if ((await ledger.complete(complete)).outcome !== 'recorded') throw new Error('not recorded');
}
