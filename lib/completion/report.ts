/** What Fanfare is told about a recorded order. Pure. */
import type { CompletionReport } from '../fanfare-api/dialect.js';
import type { UsedRow } from '../ledger/row.js';
import { takeKept } from './kept-with-order.js';

/** The report of a row; its idempotency key is the admission's id, the same on every attempt. */
export function reportOf({ admission, order: { completedAt, ...recorded } }: UsedRow): CompletionReport {
  const { order } = takeKept(recorded);
  return {
    idempotencyKey: admission.id,
    consumerId: admission.consumerId,
    distributionId: admission.distributionId,
    distributionType: admission.distributionType,
    order,
    completedAt,
  };
}
