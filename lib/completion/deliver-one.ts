/** One completion at somebody else's word: a merchant's own job engine, in place of our loop. */
import { isId } from '../admission/identity.js';
import { FanfareError } from '../errors.js';
import { isUsed, type Row } from '../ledger/row.js';
import type { Delivery } from './delivery.js';
import { askLedger, type LedgerParts } from './ledger-watch.js';

/** How a completion stands once nothing is left to do for it. */
export type Delivered = 'delivered' | 'dead' | 'discarded';

export interface DeliveryOnCall {
  /**
   * Sends this completion now, unless there is nothing left to do for it. Idempotent: Fanfare hears the same idempotency
   * key each time. Rejects with `FANFARE_UNAVAILABLE` when it has to be called again (`Retry-After` says when at the
   * earliest), `LEDGER_UNAVAILABLE`, or `INVALID_ADMISSION_DATA` when no order is recorded for this id.
   */
  deliver(admissionId: string): Promise<Delivered>;
  /** Resolves when what is running has ended. */
  ended(): Promise<void>;
}

export function deliverOnCall(parts: LedgerParts, delivery: Pick<Delivery, 'deliver'>): DeliveryOnCall {
  const running = new Set<Promise<Delivered>>();
  return {
    deliver(admissionId) {
      const one = deliverOne(parts, delivery, admissionId).finally(() => running.delete(one));
      running.add(one);
      return one;
    },
    async ended() {
      await Promise.allSettled(running);
    },
  };
}

async function deliverOne(
  parts: LedgerParts,
  delivery: Pick<Delivery, 'deliver'>,
  admissionId: string,
): Promise<Delivered> {
  if (!isId(admissionId)) throw unknown('"admissionId" must be an admission id');
  const sent = await delivery.deliver(admissionId);
  const message = 'Whether the completion still has to be sent is not known: the ledger cannot be asked.';
  const row = await askLedger(parts, message, (ledger) => ledger.find(admissionId));
  if (row === undefined || !isUsed(row)) throw unknown('The ledger has no order for this admission');
  if (row.state !== 'ordered') return row.state;
  throw new FanfareError('FANFARE_UNAVAILABLE', {
    message: sent
      ? `Fanfare did not take it: ${reasonOf(row)}`
      : 'Another process is sending it, or just has',
    retryAfterSeconds: (row.delivery.nextAttemptAt - parts.clock.now()) / 1_000,
  });
}

function reasonOf({ delivery }: Extract<Row, { state: 'ordered' }>): string {
  return delivery.lastReason ?? 'no reason given';
}

function unknown(message: string): FanfareError {
  return new FanfareError('INVALID_ADMISSION_DATA', { message });
}
