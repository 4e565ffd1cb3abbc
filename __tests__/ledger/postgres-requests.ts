/** Ready-made requests for the tests of one engine. */
import type { Admission } from '../../lib/admission/admission.js';
import type { ClaimRequest, CompletionRequest, CompletionTarget } from '../../lib/ledger/ledger.js';

export function admissionOf(id: string, consumerId = id): Admission {
  return { id, consumerId, distributionId: 'queue_1', distributionType: 'queue' };
}

export function claimOf(admission: Admission, changes: Partial<ClaimRequest> = {}): ClaimRequest {
  return {
    admission,
    tokenHash: `token of ${admission.id}`,
    sidHash: 'session',
    attemptId: `attempt of ${admission.id}`,
    owner: 'process',
    leaseMs: 60_000,
    supersede: true,
    takeUnresolved: false,
    ...changes,
  };
}

export function orderOf(admission: Admission, orderId = 'order-1'): CompletionRequest {
  return completionOf({ by: 'admission', admission }, orderId);
}

/** An order for the three ids alone; the row it makes when there is none is called `id`. */
export function tripleOrder(id: string, consumerId: string, orderId = 'order-1'): CompletionRequest {
  return completionOf({ by: 'triple', admission: admissionOf(id, consumerId) }, orderId);
}

function completionOf(target: CompletionTarget, orderId: string): CompletionRequest {
  return { target, order: { orderId } };
}
