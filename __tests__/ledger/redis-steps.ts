/** The two steps that tests of Redis take most, on admissions that have nothing to do with each other. */
import type { Ledger } from '../../lib/ledger/ledger.js';

export function admission(id: string) {
  return { id, consumerId: id, distributionId: 'queue_1', distributionType: 'queue' } as const;
}

export function complete(ledger: Ledger, id: string, orderId = `order of ${id}`) {
  return ledger.complete({ target: { by: 'admission', admission: admission(id) }, order: { orderId } });
}

export function claim(ledger: Ledger, id: string) {
  return ledger.claim({
    admission: admission(id),
    tokenHash: `token of ${id}`,
    sidHash: 'session',
    attemptId: `attempt of ${id}`,
    owner: 'process',
    leaseMs: 60_000,
    supersede: true,
    takeUnresolved: false,
  });
}
